package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  static final TrainingListener SILENT = new TrainingListener() {};

  @TempDir Path folder;

  private final SampleSource source = SampleSources.open("glyphs:4000", 5);

  @Test
  void cnnLearnsGlyphs() throws InterruptedException {
    // 0.915 to 0.933 over four seeds of images and weights; chance is 0.04
    assertThat(accuracyAfter("cnn", 3, 4_000)).isGreaterThan(0.89);
  }

  @Test
  void linearModelLearnsLess() throws InterruptedException {
    // 0.838 to 0.852 over four seeds of images and weights
    assertThat(accuracyAfter("linear", 3, 4_000)).isCloseTo(0.845, within(0.03));
  }

  private double accuracyAfter(String model, int epochs, int samples) throws InterruptedException {
    var feed = new TestingSelectionFeed(e -> TestingSelectionFeed.shuffled(samples, e));
    List<EpochResult> results = new ArrayList<>();
    try (var loop = new TrainingLoop(TestingSettings.of(model, epochs, Optional.empty()), source)) {
      loop.run(feed, collect(results));
    }
    assertThat(results).hasSize(epochs);
    assertThat(results.get(epochs - 1).meanLoss()).isLessThan(results.get(0).meanLoss() / 2);
    return results.get(epochs - 1).testAccuracy();
  }

  @Test
  void reportsEveryLossInOrderAndTellsTheListener() throws InterruptedException {
    var feed = new TestingSelectionFeed(epoch -> epoch == 0 ? new long[] {5, 3, 900} : ids(0, 70));
    List<String> events = new ArrayList<>();
    List<EpochResult> results = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void epochStarted(EpochSamples samples) {
            events.add("started " + samples.epoch());
          }

          @Override
          public void batchDone(int epoch, long done, long total, double loss, double perSecond) {
            events.add("batch " + epoch + " " + done + "/" + total);
            assertThat(loss).isPositive();
            assertThat(perSecond).isPositive();
          }

          @Override
          public void epochDone(EpochResult result) {
            events.add("done " + result.epoch());
            results.add(result);
          }
        };
    try (var loop = new TrainingLoop(TestingSettings.of("linear", 2, Optional.empty()), source)) {
      assertThat(loop.nextEpoch()).isZero();
      assertThat(loop.device()).isEqualTo("cpu()");
      loop.run(feed, listener);
      assertThat(loop.nextEpoch()).isEqualTo(2);
    }
    assertThat(feed.calls).containsExactly("await 0", "end 0", "await 1", "end 1");
    assertThat(feed.ids(0)).containsExactly(5, 3, 900);
    assertThat(feed.ids(1)).containsExactly(ids(0, 70));
    assertThat(events)
        .containsExactly(
            "started 0",
            "batch 0 3/3",
            "done 0",
            "started 1",
            "batch 1 32/70",
            "batch 1 64/70",
            "batch 1 70/70",
            "done 1");
    EpochResult second = results.get(1);
    assertThat(second.trained()).isEqualTo(70);
    assertThat(second.selected()).isEqualTo(140);
    assertThat(second.known()).isEqualTo(10_000);
    assertThat(second.trainTime()).isPositive();
    double mean =
        feed.reportedLosses.get(1).stream().mapToDouble(Float::doubleValue).average().orElseThrow();
    assertThat(second.meanLoss()).isCloseTo(mean, within(1e-9));
  }

  @Test
  void tellsBothListenersOfACheckpointBeforeTheEndOfItsEpoch() throws Exception {
    List<String> events = new ArrayList<>();
    TrainingListener listeners = recorder("a", events).and(recorder("b", events));
    TrainerSettings settings = TestingSettings.of("linear", 1, Optional.of(folder));
    try (var loop = new TrainingLoop(settings, source)) {
      loop.run(new TestingSelectionFeed(epoch -> ids(0, 3)), listeners);
    }

    long bytes = Files.size(folder.resolve("rank-0.epoch-0000001.ckpt"));
    assertThat(events)
        .containsExactly(
            "a started",
            "b started",
            "a batch",
            "b batch",
            "a saved " + bytes,
            "b saved " + bytes,
            "a done",
            "b done");
  }

  static TrainingListener recorder(String name, List<String> events) {
    return new TrainingListener() {
      @Override
      public void epochStarted(EpochSamples samples) {
        events.add(name + " started");
      }

      @Override
      public void batchDone(int epoch, long done, long total, double loss, double perSecond) {
        events.add(name + " batch");
      }

      @Override
      public void epochResumed(int epoch, long done) {
        events.add(name + " goes on at " + done);
      }

      @Override
      public void epochInterrupted(int epoch, long done, long total, boolean saved) {
        events.add(name + " stopped after " + done);
      }

      @Override
      public void checkpointSaved(long bytes, Duration time) {
        assertThat(time).isPositive();
        events.add(name + " saved " + bytes);
      }

      @Override
      public void epochDone(EpochResult result) {
        events.add(name + " done");
      }
    };
  }

  @Test
  void whatTheFeedTakesIsIdleTimeOfTheNextEpoch() throws InterruptedException {
    var feed = new TestingSelectionFeed(epoch -> ids(0, 40));
    List<EpochResult> results = new ArrayList<>();
    TrainerSettings settings = TestingSettings.of("linear", 2, Optional.empty());
    try (var loop = new TrainingLoop(settings, source, () -> feed.nanoTime)) {
      loop.run(feed, collect(results));
    }
    TrainerSettings saving = TestingSettings.of("linear", 2, Optional.of(folder));
    try (var loop = new TrainingLoop(saving, source, () -> feed.nanoTime)) {
      loop.run(feed, collect(results));
    }
    assertThat(results)
        .extracting(result -> result.gpuIdle().toMillis())
        .containsExactly(5L, 3L + 5, 5L, 3L + 4 + 5);
    assertThat(results).allMatch(result -> result.trainTime().isZero());
    assertThat(results).allMatch(result -> result.testTime().isZero());
    assertThat(feed.calls.subList(4, 10))
        .containsExactly("await 0", "end 0", "deliver", "await 1", "end 1", "deliver");
  }

  @Test
  void weightZeroTeachesNothing() throws InterruptedException {
    float[] untouched = parametersAfter(epoch -> new long[0], epoch -> new float[0], 0);
    float[] zero = parametersAfter(epoch -> ids(0, 64), epoch -> new float[64], 0);
    float[] one = parametersAfter(epoch -> ids(0, 64), epoch -> null, 0);
    assertThat(zero).isEqualTo(untouched);
    assertThat(one).isNotEqualTo(untouched);
  }

  @Test
  void emptySelectionTrainsNothingAndStillEndsTheEpoch() throws InterruptedException {
    var feed = new TestingSelectionFeed(epoch -> new long[0]);
    List<EpochResult> results = new ArrayList<>();
    try (var loop = new TrainingLoop(TestingSettings.of("linear", 1, Optional.empty()), source)) {
      loop.run(feed, collect(results));
    }
    assertThat(feed.calls).containsExactly("await 0", "end 0");
    assertThat(results.get(0).trained()).isZero();
    assertThat(results.get(0).meanLoss()).isNaN();
    assertThat(results.get(0).testAccuracy()).isBetween(0.0, 0.2);
  }

  @Test
  void divergedTrainingReportsAndStops() throws InterruptedException {
    var feed = new TestingSelectionFeed(epoch -> ids(0, 320));
    TrainerSettings settings = TestingSettings.of("linear", 1, 1e38f, 3, 0, Optional.empty());
    try (var loop = new TrainingLoop(settings, source)) {
      assertThatThrownBy(() -> loop.run(feed, SILENT))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("Training diverged in epoch 0")
          .hasMessageContaining("Lower the learning rate (now 1.0E38)");
    }
    assertThat(feed.calls).as("the epoch is not ended").containsExactly("await 0");
    assertThat(feed.reportedLosses.get(0)).anyMatch(loss -> !Float.isFinite(loss));
  }

  @Test
  void unreadableSampleStopsWithItsMessage() throws InterruptedException {
    SampleSource other = SampleSources.open("glyphs:10", 5);
    var feed = new TestingSelectionFeed(epoch -> new long[] {0, -1});
    try (var loop = new TrainingLoop(TestingSettings.of("linear", 1, Optional.empty()), other)) {
      assertThatThrownBy(() -> loop.run(feed, SILENT))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no sample -1");
    }
  }

  @Test
  void aModelThatCannotBeUsedIsFreed() throws Exception {
    TrainerSettings settings = TestingSettings.of(TestingModel.NAME, 1, Optional.of(folder));
    TestingModel.outputs(source.classes());
    try (var loop = new TrainingLoop(settings, source)) {
      assertThat(TestingModel.weight().toFloatArray()).isNotEmpty();
      loop.run(new TestingSelectionFeed(epoch -> ids(0, 1)), SILENT);
    }

    Files.writeString(folder.resolve("rank-0.epoch-0000001.ckpt"), "damaged");
    assertThatThrownBy(() -> new TrainingLoop(settings, source)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> TestingModel.weight().toFloatArray()).hasMessageContaining("released");

    TestingModel.outputs(source.classes() + 1);
    assertThatThrownBy(() -> new TrainingLoop(settings, source))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it must give logits of shape");
    assertThatThrownBy(() -> TestingModel.weight().toFloatArray()).hasMessageContaining("released");
  }

  /** PyTorch's gradient mode is per thread and DJL's gradient collector is one per process. */
  @Test
  void agentsCanShareAProcess() throws Exception {
    float[] alone = parametersAfter(epoch -> ids(0, 300), epoch -> null, 0);
    ExecutorService agents = Executors.newFixedThreadPool(2);
    try {
      List<Future<float[]>> both = new ArrayList<>();
      for (int rank = 1; rank <= 2; rank++) {
        int own = rank;
        both.add(agents.submit(() -> parametersAfter(epoch -> ids(0, 300), epoch -> null, own)));
      }
      for (Future<float[]> agent : both) {
        assertThat(agent.get()).isEqualTo(alone);
      }
    } finally {
      agents.shutdownNow();
    }
  }

  /** All parameters after two epochs, from the checkpoint. */
  private float[] parametersAfter(IntFunction<long[]> ids, IntFunction<float[]> weights, int rank)
      throws InterruptedException {
    Path checkpoints = folder.resolve("rank-" + rank + "-" + System.nanoTime());
    TrainerSettings settings =
        TestingSettings.of("linear", 2, 0.01f, 3, rank, Optional.of(checkpoints));
    try (var loop = new TrainingLoop(withoutDecay(settings), source)) {
      loop.run(new TestingSelectionFeed(ids, weights), SILENT);
    }
    try (Network network = new Network(settings, source.shape(), source.classes())) {
      assertThat(new CheckpointStore(checkpoints, settings).restore(network).progress().epoch())
          .isEqualTo(2);
      return network.parameters().get(0).toFloatArray();
    }
  }

  private static TrainerSettings withoutDecay(TrainerSettings s) {
    return new TrainerSettings(
        s.run(),
        s.dataset(),
        s.model(),
        s.batchSize(),
        s.learningRate(),
        0,
        s.epochs(),
        s.cycle(),
        s.seed(),
        s.rank(),
        s.syncEvery(),
        s.badModel(),
        s.checkpointDir(),
        s.device());
  }

  static TrainingListener collect(List<EpochResult> results) {
    return new TrainingListener() {
      @Override
      public void epochDone(EpochResult result) {
        results.add(result);
      }
    };
  }

  static long[] ids(int from, int to) {
    long[] ids = new long[to - from];
    Arrays.setAll(ids, i -> from + i);
    return ids;
  }
}
