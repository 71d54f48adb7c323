package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real agent is asked to end amid an epoch, as Kubernetes does it, and is started again. */
@Timeout(300)
class AgentStoppedTest {

  private static final int EPOCHS = 2;
  private static final Duration TRAINS_WITHIN = Duration.ofMinutes(2);

  /** A part of what Kubernetes gives it: 120 s. */
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(20);

  /** Of a JVM that a SIGTERM has ended. */
  private static final int TERMINATED = 143;

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void anAgentStopsAtABatchAndGoesOnThere() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, LocalJob.settings())) {
      RunConfig undisturbed = config(kafka, "undisturbed");
      LocalJob job = LocalJob.submit(flink, undisturbed);
      assertThat(AgentProcesses.start(processes, undisturbed, 0).await(TRAINS_WITHIN)).isZero();
      job.cancel();

      RunConfig config = config(kafka, "stopped");
      job = LocalJob.submit(flink, config);
      JavaProcess agent = AgentProcesses.start(processes, config, 0);
      await()
          .atMost(TRAINS_WITHIN)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> LossLog.batches(config, 0, 0) > 0);
      agent.terminate();
      assertThat(agent.await(STOPS_WITHIN)).isEqualTo(TERMINATED);
      assertThat(LossLog.ends(config, 0, 0)).as("stopped amid the epoch").isZero();
      assertThat(agent.output())
          .containsPattern("stopped in epoch 0, after [1-9][0-9,]* of 30,000 samples")
          .contains("the checkpoint goes on from there");

      agent.start();
      assertThat(agent.await(TRAINS_WITHIN)).isZero();
      await()
          .atMost(SyntheticTrainer.CLOSES_WITHIN)
          .until(() -> Selections.of(config).newestPlan() == EPOCHS);
      job.cancel();
      Selections.of(config).assertSameAs(Selections.of(undisturbed));
      // All of the file but its checksum and the run's name, which is in front.
      assertThat(parameters("stopped")).as("the model").isEqualTo(parameters("undisturbed"));
    }
  }

  private byte[] parameters(String run) throws IOException {
    Path file =
        AgentProcesses.checkpoints(processes, run)
            .resolve(String.format("rank-0.epoch-%07d.ckpt", EPOCHS));
    byte[] bytes = Files.readAllBytes(file);
    return Arrays.copyOfRange(bytes, 100 + run.length(), bytes.length - Long.BYTES);
  }

  private static RunConfig config(LocalKafka kafka, String run) {
    return AgentProcesses.config(
        kafka.bootstrapServers(),
        run,
        Map.of(
            "epochs", Integer.toString(EPOCHS),
            "world-size", "1",
            "early-close", "0.25",
            // Room enough that none is dropped where Kafka is slow for a second.
            "dataset", "glyphs:30000",
            "loss-buffer", "16384"));
  }
}
