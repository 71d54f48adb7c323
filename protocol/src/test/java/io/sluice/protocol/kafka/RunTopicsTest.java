package io.sluice.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Topics;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;

class RunTopicsTest {

  private static final Topics TOPICS = new Topics("demo");

  @Test
  void whatAStartReadsAgainIsKeptForEver() {
    for (String topic : List.of(TOPICS.lossEvents(), TOPICS.selectedSamples())) {
      assertThat(RunTopics.settings(TOPICS, topic))
          .isEqualTo(Map.of("retention.ms", "-1", "message.timestamp.type", "LogAppendTime"));
    }
  }

  @Test
  void parametersAreKeptUntilTheyAreAveragedAndTheNewestAveragesForEver() {
    assertThat(RunTopics.settings(TOPICS, TOPICS.modelUpdates()))
        .containsEntry("retention.ms", "3600000")
        .doesNotContainKey("cleanup.policy");
    assertThat(RunTopics.settings(TOPICS, TOPICS.modelAverages()))
        .containsEntry("cleanup.policy", "compact")
        .doesNotContainKey("retention.ms");
  }

  @Test
  void aRunThatAveragesNothingNeedsNoTopicForIt() {
    RunConfig on = RunConfig.defaults().with(Map.of("run", "demo"), "test");
    RunConfig off = on.with(Map.of("average", "off"), "test");
    for (Role role : Role.values()) {
      assertThat(off.averages()).isFalse();
      assertThat(role.needs(off).keySet()).noneMatch(topic -> topic.startsWith("demo.model-"));
      assertThat(role.needs(on)).containsAllEntriesOf(role.needs(off));
    }
    assertThat(Role.AGENT.needs(on))
        .containsEntry(TOPICS.modelUpdates(), AclOperation.WRITE)
        .containsEntry(TOPICS.modelAverages(), AclOperation.READ);
    assertThat(Role.JOB.needs(on))
        .containsEntry(TOPICS.modelUpdates(), AclOperation.READ)
        .containsEntry(TOPICS.modelAverages(), AclOperation.WRITE);
    assertThat(Role.MEMBERSHIP.needs(on))
        .isEqualTo(
            Map.of(
                TOPICS.lossEvents(), AclOperation.WRITE,
                TOPICS.modelUpdates(), AclOperation.WRITE));
  }

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
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
