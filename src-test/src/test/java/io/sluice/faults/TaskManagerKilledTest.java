package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A task manager dies amid an epoch; the job goes on from its newest checkpoint. */
@Timeout(300)
class TaskManagerKilledTest {

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void aTaskManagerDiesAmidAnEpoch() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        FlinkProcesses flink = FlinkProcesses.start(processes, 2)) {
      RunConfig config =
          FaultFreeRun.config(
              kafka.bootstrapServers(), "task-manager", Map.of("checkpoint-interval", "1h"));
      JobID job = flink.submit(config);
      try (Trainers trainers = Trainers.joinWithMany(config)) {
        trainers.train(0);

        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.rank(0).report(0.5, 1);
        trainers.rank(0).end();
        trainers.awaitAcknowledged();
        flink.checkpointAll(job, config);
        long newest = flink.rest().newestCheckpoint(job);
        // Applied, and then forgotten with the task manager.
        trainers.rank(1).report(0.5, 0.8);
        trainers.awaitAcknowledged();
        flink.taskManager(0).kill();
        trainers.rank(1).report(0.8, 1);
        flink.taskManager(0).start();
        trainers.rank(1).end();
        trainers.train(2);
        trainers.begin(3);

        assertThat(flink.rest().restoredCheckpoint(job)).isEqualTo(newest);
        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selectionsOfMany(3));
    }
  }
}
