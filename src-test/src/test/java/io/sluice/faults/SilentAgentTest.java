package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An agent that reads no more, and one that is gone. */
@Tag("faults")
@Timeout(300)
class SilentAgentTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void anAgentThatStandsStillHoldsNobodyUpUntilItsLossesAreMissing() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        FlinkProcesses flink = FlinkProcesses.start(processes, 1)) {
      RunConfig config = config(kafka, "stands-still");
      JobID job = flink.submit(config);
      JavaProcess silent = start(config, 0);
      try (SyntheticTrainer other = SyntheticTrainer.join(config, 0, 0)) {
        other.train(0);
        other.begin(1);
        other.report(0, 0.5);
        await().atMost(PATIENCE).until(() -> LossLog.ends(config, 1, 1) == 8);
        // It waits for selection 2, and will not read it.
        silent.pause();
        other.report(0.5, 1);
        other.end();
        other.train(2);

        // The job waits, takes what comes, and keeps no more for it than before.
        await().atMost(PATIENCE).until(() -> stalledShards(flink, job) == 8);
        flink.checkpointAll(job, config);
        long bytes = flink.rest().stateBytes(job);
        long newest = flink.rest().newestCheckpoint(job);
        await().atMost(PATIENCE).until(() -> flink.rest().newestCheckpoint(job) > newest + 5);
        assertThat(flink.rest().stateBytes(job)).as("bytes of state").isEqualTo(bytes);

        silent.resume();
        other.train(3);
        other.begin(4);
        assertThat(silent.await(PATIENCE)).isZero();
      }
      assertThat(flink.rest().restores(job)).as("restarts").isZero();
      Selections.of(config).assertSameAs(FaultFreeRun.selections(4));
    }
  }

  @Test
  void theJobNamesTheRankThatIsGone() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        FlinkProcesses flink = FlinkProcesses.start(processes, 1)) {
      RunConfig config = config(kafka, "gone");
      JobID job = flink.submit(config);
      JavaProcess gone = start(config, 0);
      try (SyntheticTrainer other = SyntheticTrainer.join(config, 0, 0)) {
        other.train(0);
        other.begin(1);
        await().atMost(PATIENCE).until(() -> LossLog.ends(config, 1, 1) == 8);
        gone.kill();
        other.report(0, 1);
        other.end();
        other.train(2);

        await().atMost(PATIENCE).until(() -> stalledShards(flink, job) == 8);
        await()
            .atMost(PATIENCE)
            .until(() -> flink.taskManagersOutput().contains("epoch 2 waits for ranks [1]"));

        JavaProcess again = start(config, 2);
        other.train(3);
        other.begin(4);
        assertThat(again.await(PATIENCE)).isZero();
        await().atMost(PATIENCE).until(() -> stalledShards(flink, job) == 0);
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selections(4));
    }
  }

  private static double stalledShards(FlinkProcesses flink, JobID job) {
    return flink.rest().metric(job, "difficulty-tracker.stalledShards", "sum", Double.NaN);
  }

  private static RunConfig config(LocalKafka kafka, String run) {
    return FaultFreeRun.config(
        kafka.bootstrapServers(), run, Map.of("parallelism", "1", "stall-warning", "2s"));
  }

  /** Rank 1, to train until the end of epoch 3. */
  private JavaProcess start(RunConfig config, int firstEpoch) {
    List<String> arguments = new ArrayList<>(List.of(Integer.toString(firstEpoch), "3"));
    config
        .with(Map.of("rank", "1"), "test")
        .inEffect()
        .forEach((key, value) -> arguments.add(key + "=" + value));
    return processes.start(
        "rank-1-from-" + firstEpoch, "128m", SyntheticTrainer.class.getName(), arguments);
  }
}
