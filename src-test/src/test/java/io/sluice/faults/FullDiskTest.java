package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** There is no space for checkpoints, or no folder: the job says so, and no selection is wrong. */
@Tag("faults")
@Timeout(300)
class FullDiskTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @AfterEach
  void free() {
    FaultyFileSystem.free();
  }

  /** Flink's default. */
  @Test
  void theJobRestartsUntilThereIsSpaceAgain() throws Exception {
    run(
        settings(0),
        job -> {
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(job.rest().exceptions(job.id()))
                          .contains("Exceeded checkpoint tolerable failure threshold"));
          await().atMost(PATIENCE).until(() -> job.rest().restores(job.id()) >= 2);
        });
  }

  @Test
  void aJobThatToleratesItGoesOnMeanwhile() throws Exception {
    run(
        settings(1_000_000),
        job -> {
          await().atMost(PATIENCE).until(() -> job.rest().failedCheckpoints(job.id()) >= 3);
          assertThat(job.rest().restores(job.id())).as("restarts").isZero();
        });
  }

  /** A folder below a file: nobody can write there, not even root. */
  @Test
  void aFolderThatCannotBeWrittenFailsTheJobBeforeItReads() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Configuration settings =
        LocalJob.settings()
            .set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, file.resolve("dir").toUri().toString());
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, settings)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "no-folder", Map.of());
      assertThatThrownBy(() -> LocalJob.submit(flink, config).result())
          .hasStackTraceContaining("checkpoint storage")
          .hasStackTraceContaining(file.toString());
      assertThat(Selections.of(config).isEmpty()).as("nothing was published").isTrue();
    }
  }

  @FunctionalInterface
  private interface WhileFull {
    void check(LocalJob job) throws Exception;
  }

  private static void run(Configuration settings, WhileFull whileFull) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, settings)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "full", Map.of());
      LocalJob job = LocalJob.submit(flink, config);
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);
        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.rank(0).report(0.5, 1);
        trainers.rank(0).end();
        trainers.awaitAcknowledged();
        job.checkpointAll();

        FaultyFileSystem.fill();
        whileFull.check(job);
        trainers.rank(1).report(0.5, 1);
        trainers.rank(1).end();
        // What the log says is selected, in spite of it.
        trainers.train(2);
        trainers.begin(3);
        FaultyFileSystem.free();

        long newest = job.rest().newestCheckpoint(job.id());
        await().atMost(PATIENCE).until(() -> job.rest().newestCheckpoint(job.id()) > newest);
        trainers.report(0, 1);
        trainers.end();
        trainers.begin(4);
        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selections(4));
      job.cancel();
    }
  }

  private Configuration settings(int tolerated) {
    return LocalJob.settings()
        .set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, tolerated)
        .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, FaultyFileSystem.SCHEME + "://" + folder)
        .set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ZERO);
  }
}
