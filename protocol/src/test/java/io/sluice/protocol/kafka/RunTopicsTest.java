package io.sluice.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTopicsTest {

  @Test
  void aKafkaSettingThatKafkaRefusesIsOneClearLine() {
    RunConfig config =
        RunConfig.defaults()
            .with(
                Map.of(
                    "run", "demo",
                    "bootstrap-servers", "localhost:1",
                    "kafka.security.protocol", "NOPE"),
                "test");

    assertThatThrownBy(() -> RunTopics.ensure(config, Role.JOB))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("Kafka at localhost:1: ")
        .hasMessageContaining("security.protocol")
        .satisfies(
            e -> org.assertj.core.api.Assertions.assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
