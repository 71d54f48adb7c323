package io.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.Slice;
import io.sluice.faults.Processes;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The job runs as its image runs it: by Flink's own entry point, out of {@code usrlib}. */
@Timeout(180)
class ApplicationModeTest {

  private static final int SAMPLES = 1000;

  @RegisterExtension final Processes processes = new Processes();

  static Stream<Arguments> settings() {
    return Stream.of(
        Arguments.of("docker/compose.yaml", ComposeTest.flinkProperties("jobmanager")),
        Arguments.of("k8s/overlays/dev", DevOverlay.flinkConfiguration()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void anEpochIsTrainedAndTheNextOneSelected(String from, Map<String, String> settings)
      throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      Path file = processes.folder("settings").resolve("run.yaml");
      Files.writeString(
          file,
          String.join(
              "\n",
              "run: application",
              "bootstrap-servers: " + kafka.bootstrapServers(),
              "shards: 128",
              "partitions: 2",
              "checkpoint-interval: 500ms",
              "dataset: glyphs # of concern to agents"));
      ApplicationCluster cluster =
          ApplicationCluster.start(processes, settings, argumentsOfTheJob(file));
      RunConfig config =
          TestingRun.config(
              kafka.bootstrapServers(), "application", Map.of("shards", "128", "world-size", "1"));
      try (SelectionClient client =
          SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)))) {
        assertThat(trainEpoch(client, 0)).isEqualTo(SAMPLES);
        assertThat(trainEpoch(client, 1)).isBetween(1, SAMPLES - 1);
      }
      JobID job = cluster.rest().onlyJob();
      assertThat(cluster.rest().maxParallelism(job)).isEqualTo(128);
      await().atMost(Duration.ofSeconds(30)).until(() -> cluster.rest().newestCheckpoint(job) > 0);
    }
  }

  /** What the image is given after {@code standalone-job}, with a file of this test. */
  private static List<String> argumentsOfTheJob(Path runFile) {
    List<String> command = ComposeFile.read().service("jobmanager").command();
    assertThat(command).first().isEqualTo("standalone-job");
    return command.stream()
        .skip(1)
        .map(argument -> argument.replace(ComposeFile.RUN_FILE, runFile.toString()))
        .toList();
  }

  /** Reports a loss of every sample that is selected; returns how many there are. */
  private static int trainEpoch(SelectionClient client, int epoch) throws Exception {
    Slice slice = client.awaitSelection(epoch, Duration.ofSeconds(60)).slice(0);
    float[] losses = new float[slice.size()];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = slice.ids()[i] % 10;
    }
    client.report(epoch, slice.ids(), losses, losses.length);
    client.endEpoch(epoch);
    return slice.size();
  }
}
