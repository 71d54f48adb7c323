package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A job stopped amid an epoch goes on at another parallelism, or with state on disk. */
@Timeout(300)
class SavepointTest {

  @TempDir private Path folder;

  @Test
  void aStopAmidAnEpochRescales() throws Exception {
    rescale(SavepointFormatType.CANONICAL, List.of(3, 1, 6));
  }

  @ParameterizedTest
  @EnumSource(SavepointFormatType.class)
  @Tag("faults")
  void threeStopsAmidEpochsRescale(SavepointFormatType format) throws Exception {
    rescale(format, List.of(3, 1, 6, 2));
  }

  @Test
  @Tag("faults")
  void stateMovesFromTheHeapToDisk() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      RunConfig config =
          FaultFreeRun.config(kafka.bootstrapServers(), "to-disk", Map.of("parallelism", "2"));
      try (Trainers trainers = Trainers.joinWithMany(config)) {
        String savepoint;
        try (LocalFlink heap = LocalFlink.create(0, 2, LocalJob.settings())) {
          LocalJob job = LocalJob.submit(heap, config);
          trainers.train(0);
          trainers.begin(1);
          trainers.report(0, 0.5);
          trainers.awaitAcknowledged();
          job.checkpointAll();
          savepoint = job.stop(folder.toString(), SavepointFormatType.CANONICAL);
        }
        trainers.report(0.5, 1);
        trainers.end();
        Configuration onDisk =
            LocalJob.settings().set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        try (LocalFlink disk = LocalFlink.create(0, 2, onDisk)) {
          LocalJob job = LocalJob.resume(disk, config, savepoint);
          trainers.train(2);
          trainers.begin(3);
          job.cancel();
        }
        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selectionsOfMany(3));
    }
  }

  /** Stops and resumes in each epoch but the first, one rank having ended it. */
  private void rescale(SavepointFormatType format, List<Integer> parallelisms) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 6, LocalJob.settings())) {
      RunConfig first = FaultFreeRun.config(kafka.bootstrapServers(), "rescale", Map.of());
      LocalJob job = LocalJob.submit(flink, at(first, parallelisms.get(0)));
      try (Trainers trainers = Trainers.joinWithMany(first)) {
        trainers.train(0);
        for (int epoch = 1; epoch < parallelisms.size(); epoch++) {
          trainers.begin(epoch);
          trainers.report(0, 0.5);
          trainers.rank(0).report(0.5, 1);
          trainers.rank(0).end();
          trainers.awaitAcknowledged();
          job.checkpointAll();
          String savepoint = job.stop(folder.toString(), format);
          trainers.rank(1).report(0.5, 1);
          job = LocalJob.resume(flink, at(first, parallelisms.get(epoch)), savepoint);
          trainers.rank(1).end();
        }
        trainers.begin(parallelisms.size());
        LossLog.assertAllApplied(first, trainers.reported());
      }
      job.awaitRunning();
      assertThat(job.rest().restores(job.id())).as("it did not begin anew").isEqualTo(1);
      Selections.of(first).assertSameAs(FaultFreeRun.selectionsOfMany(parallelisms.size()));
      job.cancel();
    }
  }

  private static RunConfig at(RunConfig config, int parallelism) {
    return config.with(Map.of("parallelism", Integer.toString(parallelism)), "test");
  }
}
