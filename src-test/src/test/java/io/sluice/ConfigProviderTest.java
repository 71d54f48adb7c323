package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's clients of job and agent take values from a file of their own. */
class ConfigProviderTest {

  private static final int SAMPLES = 10;

  /** A number, which no client would take the reference itself for. */
  @Test
  void everyClientLooksIntoTheFile(@TempDir Path folder) throws Exception {
    Path values = Files.writeString(folder.resolve("values.properties"), "buffer=100000\n");
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          TestingRun.config(
              kafka,
              "provided",
              Map.of(
                  "kafka.config.providers",
                  "file",
                  "kafka.config.providers.file.class",
                  FileConfigProvider.class.getName(),
                  "kafka.receive.buffer.bytes",
                  "${file:" + values + ":buffer}"));
      try (LocalRun run = LocalRun.start(flink, config);
          SelectionClient client =
              SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)))) {
        assertThat(client.awaitSelection(0).selected()).isEqualTo(SAMPLES);
      }
    }
  }
}
