package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real agent dies amid an epoch and is started again by its command. */
@Tag("faults")
@Timeout(400)
class AgentKilledTest {

  private static final int EPOCHS = 3;
  private static final Duration TRAINS_WITHIN = Duration.ofMinutes(2);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void anAgentDiesAmidAnEpochAndComesBack() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, LocalJob.settings())) {
      RunConfig undisturbed = config(kafka, "undisturbed");
      LocalJob job = LocalJob.submit(flink, undisturbed);
      JavaProcess rank0 = agent(undisturbed, 0);
      JavaProcess rank1 = agent(undisturbed, 1);
      assertThat(rank0.await(TRAINS_WITHIN)).isZero();
      assertThat(rank1.await(TRAINS_WITHIN)).isZero();
      job.cancel();

      RunConfig config = config(kafka, "killed");
      job = LocalJob.submit(flink, config);
      rank0 = agent(config, 0);
      rank1 = agent(config, 1);
      await()
          .atMost(TRAINS_WITHIN)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> LossLog.batches(config, 1, 1) > 0);
      rank1.kill();
      assertThat(LossLog.ends(config, 1, 1)).as("killed amid the epoch").isZero();

      await().atMost(TRAINS_WITHIN).until(() -> LossLog.ends(config, 0, 1) > 0);
      LossLog.awaitRead(config, job.rest(), job.id());
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> Selections.of(config).newestPlan() == 1);

      rank1.start();
      assertThat(rank0.await(TRAINS_WITHIN)).isZero();
      assertThat(rank1.await(TRAINS_WITHIN)).isZero();
      assertThat(rank1.output()).contains("from epoch 1 of " + EPOCHS);
      await()
          .atMost(SyntheticTrainer.CLOSES_WITHIN)
          .until(() -> Selections.of(config).newestPlan() == EPOCHS);
      job.cancel();
      // With the losses that the dead agent did not get to report.
      Selections.of(config).assertSameAs(Selections.of(undisturbed));
    }
  }

  /** With two ranks, runs are the same only without a rest of the epoch before. */
  private static RunConfig config(LocalKafka kafka, String run) {
    return AgentProcesses.config(
        kafka.bootstrapServers(),
        run,
        Map.of(
            "epochs", Integer.toString(EPOCHS),
            "early-close", "0",
            // Seconds for an epoch, and room enough that none is dropped where Kafka is slow.
            "dataset", "glyphs:150000",
            "loss-buffer", "65536"));
  }

  private JavaProcess agent(RunConfig config, int rank) {
    return AgentProcesses.start(processes, config, rank);
  }
}
