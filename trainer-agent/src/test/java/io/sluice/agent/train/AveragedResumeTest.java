package io.sluice.agent.train;

import static io.sluice.agent.train.TrainingLoopTest.SILENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks of one model that die, come back, and are added. */
@Timeout(120)
class AveragedResumeTest {

  @TempDir Path folder;

  private final List<String> events = new ArrayList<>();
  private TestingRanks ranks;

  @BeforeEach
  void open() {
    ranks = new TestingRanks(folder.resolve("run"));
  }

  @AfterEach
  void close() {
    ranks.close();
  }

  /** Amid an epoch and at its end. */
  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "3, true", "3, false"})
  void anAgentThatDiesWhenItHasSentGoesOnAsIfItHadNot(int step, boolean overtaken)
      throws Exception {
    Sync sync = new Sync(1, step, step == 3);
    ranks.syncEvery = 2;
    try (TestingRanks undisturbed = new TestingRanks(folder.resolve("undisturbed"))) {
      undisturbed.syncEvery = 2;
      undisturbed.trainBoth();
      ranks.averager.kill(1, sync, overtaken);
      Future<List<EpochResult>> other = ranks.start(0);
      assertThatThrownBy(() -> ranks.train(1)).hasMessage("killed");
      if (overtaken) {
        ranks.averager.awaitMean(sync);
      }
      List<EpochResult> results = ranks.train(1, ranks.feed(1), taking());
      other.get();

      assertThat(events).as("it goes on from its checkpoint").isEmpty();
      assertThat(results).hasSize(1);
      assertThat(results.get(0).resumed()).isEqualTo(step == 3 ? 150 : 64);
      List<TestingAverager.Sent> expected = undisturbed.averager.sentBy(1);
      List<TestingAverager.Sent> sent = new ArrayList<>(ranks.averager.sentBy(1));
      int place = 3 + step - 1;
      assertSame(sent.remove(place), expected.get(place));
      assertThat(sent).hasSameSizeAs(expected);
      for (int i = 0; i < sent.size(); i++) {
        assertSame(sent.get(i), expected.get(i));
      }
      String last = "rank-1.epoch-0000002.ckpt";
      assertThat(folder.resolve("run").resolve(last))
          .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(last));
    }
  }

  /** As SIGTERM does it. */
  @Test
  void anAgentThatIsStoppedWhileItWaitsGoesOnThere() throws Exception {
    ranks.epochs = 1;
    AtomicReference<Thread> waiting = new AtomicReference<>();
    Future<List<EpochResult>> first =
        ranks.start(
            () -> {
              waiting.set(Thread.currentThread());
              return ranks.train(0);
            });
    await().until(() -> !ranks.averager.sentBy(0).isEmpty());
    waiting.get().interrupt();
    assertThatThrownBy(first::get).hasCauseInstanceOf(InterruptedException.class);
    ranks.trainBoth();

    assertThat(ranks.parameters(0)).isEqualTo(ranks.parameters(1));
    assertSame(ranks.averager.sentBy(0).get(1), ranks.averager.sentBy(0).get(0));
  }

  @Test
  void aRankThatIsAddedBeginsWithTheModelOfTheOthers() throws Exception {
    ranks.epochs = 3;
    ranks.worldSizes = epoch -> epoch < 2 ? 1 : 2;
    Future<List<EpochResult>> first = ranks.start(0);
    ranks.train(1, ranks.feedFrom(2, 1), taking());

    assertThat(events).containsExactly("takes the end of epoch 1");
    assertThat(first.get().get(1).averages()).isEqualTo(EpochAverages.NONE);
    assertThat(ranks.averager.sentBy(0))
        .extracting(TestingAverager.Sent::text)
        .containsExactly("the end of epoch 1: 0 of 1", "the end of epoch 2: 150 of 2");
    assertThat(ranks.averager.sentBy(1))
        .extracting(TestingAverager.Sent::text)
        .containsExactly("the end of epoch 2: 150 of 2");
    assertThat(ranks.parameters(0)).isEqualTo(ranks.parameters(1));
  }

  @Test
  void whatARankThatIsAddedTrainsIsTheModelOfTheOthers() throws Exception {
    ranks.epochs = 1;
    ranks.worldSizes = epoch -> 1;
    ranks.train(0);
    float[] alone = ranks.parameters(0);
    assertThat(ranks.averager.sentBy(0)).isEmpty();

    ranks.epochs = 2;
    ranks.samples = 0;
    ranks.worldSizes = epoch -> 2;
    Future<List<EpochResult>> first = ranks.start(0);
    ranks.train(1, ranks.feedFrom(1, 1), taking());
    first.get();

    assertThat(events).containsExactly("takes the end of epoch 0");
    assertThat(ranks.averager.sentBy(0))
        .as("also where it was started again meanwhile")
        .extracting(TestingAverager.Sent::text)
        .containsExactly("the end of epoch 0: 0 of 1", "the end of epoch 1: 0 of 2");
    assertThat(ranks.averager.sentBy(0).get(0).own().values()).isEqualTo(alone);
    assertThat(ranks.averager.sentBy(1).get(0).own().values()).isEqualTo(alone);
  }

  /** Where averaging is turned on amid a run. */
  @Test
  void replicasBecomeTheModelOfRankZero() throws Exception {
    ranks.epochs = 1;
    ranks.trainAlone(0, folder.resolve("run"));
    ranks.trainAlone(1, folder.resolve("run"));
    float[] zero = ranks.parameters(0);
    assertThat(ranks.parameters(1)).isNotEqualTo(zero);

    ranks.epochs = 2;
    ranks.samples = 0;
    Future<List<EpochResult>> first = ranks.start(0);
    ranks.train(1, ranks.feed(1), taking());
    first.get();
    assertThat(events).containsExactly("takes the end of epoch 0");
    assertThat(ranks.parameters(0)).isEqualTo(zero);
    assertThat(ranks.parameters(1)).isEqualTo(zero);
  }

  @Test
  void withoutACheckpointAnAgentBeginsWithTheNewestModel() throws Exception {
    ranks.trainBoth();
    ranks.epochs = 3;
    ranks.samples = 0;
    float[] model = ranks.parameters(0);
    Future<List<EpochResult>> first = ranks.start(0);
    TestingSelectionFeed feed = ranks.feed(1);
    ranks.train(ranks.settings(1, Optional.empty()), feed, taking());
    first.get();

    assertThat(events).containsExactly("takes the end of epoch 1");
    assertThat(feed.calls).startsWith("await 2", "end 2");
    assertThat(ranks.averager.sentBy(1).get(2).own().values()).isEqualTo(model);
  }

  @Test
  void aModelFromAmidAnEpochIsTrainedFromItsFirstBatchAndNotSentAgain() throws Exception {
    Sync sync = new Sync(0, 2, false);
    ranks.syncEvery = 2;
    ranks.epochs = 1;
    ranks.averager.kill(1, sync, true);
    Future<List<EpochResult>> first = ranks.start(0);
    TrainerSettings forgetful = ranks.settings(1, Optional.empty());
    assertThatThrownBy(() -> ranks.train(forgetful, ranks.feed(1), SILENT)).hasMessage("killed");
    ranks.averager.awaitMean(sync);
    TestingSelectionFeed feed = ranks.feed(1);
    ranks.train(forgetful, feed, taking());
    first.get();

    assertThat(events).containsExactly("takes step 2 of epoch 0");
    assertThat(feed.calls).containsExactly("await 0", "end 0");
    assertThat(feed.ids(0)).hasSize(TestingRanks.SAMPLES);
    assertThat(ranks.averager.sentBy(1))
        .extracting(TestingAverager.Sent::text)
        .containsExactly(
            "step 1 of epoch 0: 64 of 2",
            "step 2 of epoch 0: 64 of 2",
            "the end of epoch 0: 22 of 2");
  }

  @Test
  void aNewerModelOvertakesAnOldCheckpoint() throws Exception {
    Path old = folder.resolve("run").resolve("rank-1.epoch-0000001.ckpt");
    ranks.epochs = 1;
    ranks.trainBoth();
    byte[] bytes = Files.readAllBytes(old);
    ranks.epochs = 3;
    ranks.trainBoth();
    Path forgotten = Files.createDirectory(folder.resolve("old"));
    Files.write(forgotten.resolve(old.getFileName()), bytes);

    assertThat(nextEpochs(1, forgotten)).containsExactly(1, 3);
    assertThat(events).containsExactly("takes the end of epoch 2");
    events.clear();
    assertThat(nextEpochs(1, folder.resolve("run"))).containsExactly(3, 3);
    assertThat(events).as("a checkpoint that is as new holds more").isEmpty();
  }

  /** By the checkpoint, and with the newest mean. */
  private List<Integer> nextEpochs(int rank, Path checkpoints) throws InterruptedException {
    TrainerSettings settings = ranks.settings(rank, Optional.of(checkpoints));
    try (var loop = new TrainingLoop(settings, ranks.source)) {
      int before = loop.nextEpoch();
      loop.averageOver(ranks.averager.exchange(rank), taking());
      return List.of(before, loop.nextEpoch());
    }
  }

  private TrainingListener taking() {
    TrainingListener own =
        new TrainingListener() {
          @Override
          public void modelTaken(Sync sync) {
            events.add("takes " + sync);
          }
        };
    return own.and(SILENT);
  }

  private static void assertSame(TestingAverager.Sent actual, TestingAverager.Sent expected) {
    assertThat(actual.text()).isEqualTo(expected.text());
    assertThat(actual.own().values()).isEqualTo(expected.own().values());
  }
}
