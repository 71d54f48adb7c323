package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Losses that the job has not read are deleted: it says so, and selects nothing from the rest. */
@Timeout(180)
class RetentionTest {

  @Test
  void aJobFailsWhenLossesAreGoneThatItHasNotRead(@TempDir Path folder) throws Exception {
    Configuration failOnce =
        new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, failOnce)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "retention", Map.of());
      JobClient first = submit(flink, config, null);
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);
        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.awaitAcknowledged();
        String savepoint =
            first.stopWithSavepoint(false, folder.toString(), SavepointFormatType.CANONICAL).get();
        trainers.report(0.5, 1);
        trainers.end();
        int plans = TestingRun.read(config, config.topics().selectionPlans()).size();
        // All but the ends of the epoch, which alone would close it.
        deleteAllButTheLast(config, 1, 4);

        assertThatThrownBy(() -> resultOf(submit(flink, config, savepoint)))
            .isInstanceOf(ExecutionException.class)
            .hasStackTraceContaining("out of range")
            .hasStackTraceContaining("retention.loss-events-1");
        assertThatThrownBy(() -> resultOf(submit(flink, config, null)))
            .isInstanceOf(ExecutionException.class)
            .hasStackTraceContaining("topic retention.loss-events has lost the first");
        assertThat(TestingRun.read(config, config.topics().selectionPlans())).hasSize(plans);
      }
    }
  }

  /** A job that goes on without its log does not come to an end. */
  private static JobExecutionResult resultOf(JobClient job) throws Exception {
    return job.getJobExecutionResult().get(60, TimeUnit.SECONDS);
  }

  private static JobClient submit(LocalFlink flink, RunConfig config, String savepoint) {
    return flink.submit(
        SelectionJob.jobName(config),
        environment -> {
          if (savepoint != null) {
            environment.configure(
                new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
          }
          SelectionJob.build(environment, config);
        });
  }

  private static void deleteAllButTheLast(RunConfig config, int partition, int kept)
      throws Exception {
    TopicPartition losses = new TopicPartition(config.topics().lossEvents(), partition);
    long end =
        TestingRun.read(config, losses.topic()).stream()
            .filter(record -> record.partition() == partition)
            .count();
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin.deleteRecords(Map.of(losses, RecordsToDelete.beforeOffset(end - kept))).all().get();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                TestingRun.read(config, losses.topic()).stream()
                        .filter(record -> record.partition() == partition)
                        .count()
                    == kept);
  }
}
