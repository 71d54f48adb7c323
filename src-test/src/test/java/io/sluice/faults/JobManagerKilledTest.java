package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With high availability, a new job manager takes the job up where the dead one left it. */
@Tag("faults")
@Timeout(300)
class JobManagerKilledTest {

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void theJobManagerDiesThreeTimes() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        FlinkProcesses flink = FlinkProcesses.startHighlyAvailable(processes, 2)) {
      RunConfig config =
          FaultFreeRun.config(
              kafka.bootstrapServers(), "job-manager", Map.of("checkpoint-interval", "1h"));
      JobID job = flink.submit(config);
      try (Trainers trainers = Trainers.joinWithMany(config)) {
        trainers.train(0);

        // Amid an epoch.
        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.awaitAcknowledged();
        long newest = checkpoint(flink, job, config);
        trainers.report(0.5, 1);
        trainers.awaitAcknowledged();
        killAndStart(flink, job, newest);
        trainers.end();

        // Between the ends of two ranks, the first of them in the checkpoint.
        trainers.begin(2);
        trainers.report(0, 1);
        trainers.rank(0).end();
        trainers.awaitAcknowledged();
        newest = checkpoint(flink, job, config);
        killAndStart(flink, job, newest);
        trainers.rank(1).end();

        // While a selection is made.
        trainers.begin(3);
        newest = checkpoint(flink, job, config);
        trainers.report(0, 1);
        trainers.end();
        killAndStart(flink, job, newest);
        trainers.begin(4);

        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selectionsOfMany(4));
    }
  }

  private static long checkpoint(FlinkProcesses flink, JobID job, RunConfig config) {
    flink.checkpointAll(job, config);
    return flink.rest().newestCheckpoint(job);
  }

  private static void killAndStart(FlinkProcesses flink, JobID job, long newest) {
    flink.jobManager().kill();
    flink.jobManager().start();
    flink.awaitRunning(job);
    assertThat(flink.rest().restoredCheckpoint(job))
        .as("the checkpoint that it goes on from")
        .isEqualTo(newest);
  }
}
