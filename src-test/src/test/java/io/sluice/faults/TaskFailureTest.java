package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every task of the job fails at the moments that hurt. What comes before the moment is in a
 * checkpoint, so that the restored job does not read it again. Operators that are chained are one
 * task: the sinks of chunks and plans fail with the selector and with recluster.
 */
@Timeout(400)
class TaskFailureTest {

  private static final List<String> TASKS =
      List.of(
          "Source: loss-events -> ingest -> epoch-watermarks",
          "difficulty-tracker",
          "recluster -> selection-plans: Writer",
          "selector -> selected-samples: Writer",
          "dead-letters: Writer");

  /** A partition for each, so that one can end before the other. */
  private static final Map<String, String> TWO_SHARDS =
      Map.of("shards", "2", "partitions", "2", "checkpoint-interval", "1h");

  @TempDir private Path folder;

  @AfterEach
  void open() {
    PartitionGate.open();
    FaultyFileSystem.release();
  }

  @Test
  void theTrackerFailsBetweenTheEndsOfTwoRanks() throws Exception {
    run(
        List.of("difficulty-tracker"),
        TaskFailureTest::betweenRanks,
        Map.of("checkpoint-interval", "1h"));
  }

  @Test
  @Tag("faults")
  void everyTaskFailsBetweenTheEndsOfTwoRanks() throws Exception {
    run(TASKS, TaskFailureTest::betweenRanks, Map.of("checkpoint-interval", "1h"));
  }

  @Test
  @Tag("faults")
  void everyTaskFailsBetweenTheEndsOfTwoPartitions() throws Exception {
    run(
        TASKS,
        (trainers, job, task) -> {
          trainers.rank(0).end();
          PartitionGate.close(1);
          CompletableFuture<Void> ended =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      trainers.rank(1).end();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  });
          PartitionGate.awaitHeld();
          await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> LossLog.ends(job.config(), 1, trainers.rank(1).epoch()) == 1);
          job.checkpointAll();
          job.fail(task);
          assertThat(ended).as("partition 1 has not ended").isNotDone();
          PartitionGate.open();
          ended.join();
        },
        TWO_SHARDS);
  }

  @Test
  @Tag("faults")
  void everyTaskFailsDuringACheckpoint() throws Exception {
    run(
        TASKS,
        (trainers, job, task) -> {
          job.checkpointAll();
          long newest = job.rest().newestCheckpoint(job.id());
          trainers.rank(0).end();
          FaultyFileSystem.hold();
          CompletableFuture<String> checkpoint = job.checkpoint();
          FaultyFileSystem.awaitHeldWrite();
          job.interrupt(task);
          await().atMost(Duration.ofSeconds(60)).until(checkpoint::isCompletedExceptionally);
          FaultyFileSystem.release();
          job.awaitRunning();
          assertThat(job.rest().restoredCheckpoint(job.id()))
              .as("the checkpoint before")
              .isEqualTo(newest);
          trainers.rank(1).end();
        },
        Map.of("checkpoint-interval", "1h"));
  }

  private static void betweenRanks(Trainers trainers, LocalJob job, String task)
      throws InterruptedException {
    trainers.rank(0).end();
    job.checkpointAll();
    long newest = job.rest().newestCheckpoint(job.id());
    job.fail(task);
    assertThat(job.rest().restoredCheckpoint(job.id())).isEqualTo(newest);
    trainers.rank(1).end();
  }

  /** Has to end the epoch at both ranks, and to make a task fail meanwhile. */
  @FunctionalInterface
  private interface Moment {
    void end(Trainers trainers, LocalJob job, String task) throws InterruptedException;
  }

  /** Lets one task fail in each epoch. */
  private void run(List<String> tasks, Moment moment, Map<String, String> settings)
      throws Exception {
    Configuration flinkSettings =
        LocalJob.settings()
            .set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                FaultyFileSystem.SCHEME + "://" + folder)
            // All state in files, whose writing can be held.
            .set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ZERO);
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, flinkSettings)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "task-failure", settings);
      RunConfig agents =
          config.with(Map.of("kafka.interceptor.classes", PartitionGate.class.getName()), "test");
      LocalJob job = LocalJob.submit(flink, config);
      job.awaitRunning();
      int epochs = tasks.size() + 1;
      try (Trainers trainers = Trainers.join(agents)) {
        trainers.train(0);
        for (int epoch = 1; epoch < epochs; epoch++) {
          trainers.begin(epoch);
          trainers.report(0, 1);
          trainers.awaitAcknowledged();
          moment.end(trainers, job, tasks.get(epoch - 1));
        }
        trainers.begin(epochs);
        LossLog.assertAllApplied(config, trainers.reported());
      }
      assertThat(job.rest().restores(job.id())).as("restarts").isEqualTo(tasks.size());
      Selections.of(config).assertSameAs(FaultFreeRun.selections(epochs, settings));
      job.cancel();
    }
  }
}
