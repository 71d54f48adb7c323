package io.sluice.agent.train;

import static io.sluice.agent.train.TrainingLoopTest.SILENT;
import static io.sluice.agent.train.TrainingLoopTest.collect;
import static io.sluice.agent.train.TrainingLoopTest.ids;
import static io.sluice.agent.train.TrainingLoopTest.recorder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training that stops, at an epoch's end or amid one, goes on from its checkpoint. */
class ResumedTrainingTest {

  @TempDir Path folder;

  private final SampleSource source = SampleSources.open("glyphs:4000", 5);

  @Test
  void tellsBothListenersOfAStopAndOfGoingOn() throws Exception {
    List<String> events = new ArrayList<>();
    TrainingListener listeners = recorder("a", events).and(recorder("b", events));
    TrainerSettings settings = TestingSettings.of("linear", 1, Optional.of(folder));
    var feed = new TestingSelectionFeed(epoch -> ids(0, 64));
    try (var loop = new TrainingLoop(settings, source)) {
      TrainingListener stopping = stopping(0, 1, new ArrayList<>());
      assertThatThrownBy(() -> loop.run(feed, listeners.and(stopping)))
          .isInstanceOf(InterruptedException.class);
    }
    try (var loop = new TrainingLoop(settings, source)) {
      loop.run(feed, listeners);
    }

    assertThat(events)
        .contains("a stopped after 32", "b stopped after 32", "a goes on at 32", "b goes on at 32");
  }

  @Test
  void resumedRunGoesOnAsIfItHadNotStopped() throws Exception {
    var feed = new TestingSelectionFeed(epoch -> TestingSelectionFeed.shuffled(300, epoch));
    Path whole = folder.resolve("whole");
    try (var loop = new TrainingLoop(TestingSettings.of("cnn", 4, Optional.of(whole)), source)) {
      loop.run(feed, SILENT);
    }

    Path parts = folder.resolve("parts");
    TrainerSettings settings = TestingSettings.of("cnn", 4, Optional.of(parts));
    var stopping =
        new TestingSelectionFeed(
            epoch -> {
              if (epoch == 2) {
                throw new IllegalStateException("the agent is stopped here");
              }
              return TestingSelectionFeed.shuffled(300, epoch);
            });
    try (var loop = new TrainingLoop(settings, source)) {
      assertThatThrownBy(() -> loop.run(stopping, SILENT)).hasMessageContaining("stopped here");
    }
    try (var loop = new TrainingLoop(settings, source)) {
      assertThat(loop.nextEpoch()).isEqualTo(2);
      loop.run(feed, SILENT);
    }
    String last = "rank-0.epoch-0000004.ckpt";
    assertThat(Files.readAllBytes(parts.resolve(last)))
        .isEqualTo(Files.readAllBytes(whole.resolve(last)));

    try (var loop = new TrainingLoop(settings, source)) {
      var unused = new TestingSelectionFeed(epoch -> ids(0, 1));
      loop.run(unused, SILENT);
      assertThat(unused.calls).as("a finished run has nothing to do").isEmpty();
    }
  }

  /** As SIGTERM does it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 10})
  void anAgentThatIsStoppedAmidAnEpochGoesOnThere(int batches) throws Exception {
    var whole = new TestingSelectionFeed(epoch -> TestingSelectionFeed.shuffled(300, epoch));
    Path undisturbed = folder.resolve("undisturbed");
    TrainerSettings alone = TestingSettings.of("cnn", 3, Optional.of(undisturbed));
    List<EpochResult> expected = new ArrayList<>();
    try (var loop = new TrainingLoop(alone, source)) {
      loop.run(whole, collect(expected));
    }

    Path parts = folder.resolve("parts");
    TrainerSettings settings = TestingSettings.of("cnn", 3, Optional.of(parts));
    List<String> events = new ArrayList<>();
    var first = new TestingSelectionFeed(epoch -> TestingSelectionFeed.shuffled(300, epoch));
    try (var loop = new TrainingLoop(settings, source)) {
      assertThatThrownBy(() -> loop.run(first, stopping(1, batches, events)))
          .isInstanceOf(InterruptedException.class);
    }
    int trained = Math.min(32 * batches, 300);
    assertThat(events).containsExactly("stopped in 1 after " + trained + "/300, saved true");
    assertThat(first.ids(1)).hasSize(trained);

    var second = new TestingSelectionFeed(epoch -> TestingSelectionFeed.shuffled(300, epoch));
    List<EpochResult> results = new ArrayList<>();
    try (var loop = new TrainingLoop(settings, source)) {
      assertThat(loop.nextEpoch()).isEqualTo(1);
      loop.run(second, collect(results));
    }
    assertThat(second.calls).startsWith("await 1", "again 32").contains("end 1", "await 2");
    for (int epoch = 1; epoch <= 2; epoch++) {
      assertThat(second.ids(epoch)).as("whole, in order").isEqualTo(whole.ids(epoch));
      assertThat(second.reportedLosses.get(epoch)).isEqualTo(whole.reportedLosses.get(epoch));
      assertThat(results.get(epoch - 1).meanLoss()).isEqualTo(expected.get(epoch).meanLoss());
      assertThat(results.get(epoch - 1).trained()).isEqualTo(300);
      assertThat(results.get(epoch - 1).resumed()).isEqualTo(epoch == 1 ? trained : 0);
    }
    String last = "rank-0.epoch-0000003.ckpt";
    assertThat(parts.resolve(last)).hasSameBinaryContentAs(undisturbed.resolve(last));
  }

  @Test
  void aCheckpointOfAnotherSelectionIsRefused() throws Exception {
    TrainerSettings settings = TestingSettings.of("linear", 3, Optional.of(folder));
    try (var loop = new TrainingLoop(settings, source)) {
      var feed = new TestingSelectionFeed(epoch -> ids(0, 100));
      assertThatThrownBy(() -> loop.run(feed, stopping(0, 1, new ArrayList<>())))
          .isInstanceOf(InterruptedException.class);
    }
    try (var loop = new TrainingLoop(settings, source)) {
      var feed = new TestingSelectionFeed(epoch -> ids(0, 101));
      assertThatThrownBy(() -> loop.run(feed, SILENT))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("epoch 0 with 100 samples on this rank, and its selection has 101");
    }
  }

  /** A rank that was removed and added again; what it had trained of its last epoch is past. */
  @Test
  void whatIsTrainedOfAnEpochThatIsPastIsForgotten() throws Exception {
    TrainerSettings settings = TestingSettings.of("linear", 5, Optional.of(folder));
    try (var loop = new TrainingLoop(settings, source)) {
      var feed = new TestingSelectionFeed(epoch -> ids(0, 100));
      assertThatThrownBy(() -> loop.run(feed, stopping(1, 2, new ArrayList<>())))
          .isInstanceOf(InterruptedException.class);
    }
    var later =
        new TestingSelectionFeed(epoch -> ids(0, 40)) {
          @Override
          public Optional<EpochSamples> await(int wanted) throws InterruptedException {
            return super.await(Math.max(4, wanted));
          }
        };
    try (var loop = new TrainingLoop(settings, source)) {
      loop.run(later, SILENT);
    }
    assertThat(later.calls).startsWith("await 4", "end 4");
    assertThat(later.ids(4)).hasSize(40);
  }

  @Test
  void withoutACheckpointAStoppedAgentSaysSo() throws InterruptedException {
    List<String> events = new ArrayList<>();
    try (var loop = new TrainingLoop(TestingSettings.of("linear", 1, Optional.empty()), source)) {
      var feed = new TestingSelectionFeed(epoch -> ids(0, 100));
      assertThatThrownBy(() -> loop.run(feed, stopping(0, 1, events)))
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(events).containsExactly("stopped in 0 after 32/100, saved false");
  }

  /** Interrupts the loop's thread after so many batches of an epoch. */
  private static TrainingListener stopping(int epoch, int batches, List<String> events) {
    return new TrainingListener() {
      @Override
      public void batchDone(int of, long done, long total, double loss, double perSecond) {
        if (of == epoch && done == Math.min(32L * batches, total)) {
          Thread.currentThread().interrupt();
        }
      }

      @Override
      public void epochInterrupted(int of, long done, long total, boolean saved) {
        events.add("stopped in " + of + " after " + done + "/" + total + ", saved " + saved);
      }
    };
  }

  @Test
  void aRunWithoutAnEndGoesOnWhereOneOfItsFirstCyclesLengthEnds() throws Exception {
    Path bounded = folder.resolve("bounded");
    TrainerSettings ending = TestingSettings.of("linear", 2, Optional.of(bounded));
    try (var loop = new TrainingLoop(ending, source)) {
      loop.run(new TestingSelectionFeed(epoch -> ids(0, 100)), SILENT);
    }
    Path cycles = folder.resolve("cycles");
    trainUntilStopped(TestingSettings.unbounded("linear", 2, cycles), 20);
    Path steady = folder.resolve("steady");
    trainUntilStopped(TestingSettings.unbounded("linear", 0, steady), 20);

    trainUntilStopped(TestingSettings.unbounded("linear", 2, folder), 2);
    String second = "rank-0.epoch-0000002.ckpt";
    assertThat(folder.resolve(second)).hasSameBinaryContentAs(bounded.resolve(second));
    String last = "rank-0.epoch-0000020.ckpt";
    assertThat(Files.readAllBytes(cycles.resolve(last)))
        .isNotEqualTo(Files.readAllBytes(steady.resolve(last)));
  }

  /** As Ctrl-C does it, while the loop waits for the selection after so many epochs. */
  private void trainUntilStopped(TrainerSettings settings, int epochs) throws InterruptedException {
    List<EpochResult> results = new ArrayList<>();
    var feed =
        new TestingSelectionFeed(epoch -> ids(0, 100)) {
          @Override
          public Optional<EpochSamples> await(int wanted) throws InterruptedException {
            if (wanted == epochs) {
              throw new InterruptedException();
            }
            return super.await(wanted);
          }
        };
    try (var loop = new TrainingLoop(settings, source)) {
      assertThatThrownBy(() -> loop.run(feed, collect(results)))
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(results).hasSize(epochs);
  }
}
