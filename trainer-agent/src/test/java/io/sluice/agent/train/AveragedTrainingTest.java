package io.sluice.agent.train;

import static io.sluice.agent.train.TrainingLoopTest.SILENT;
import static io.sluice.agent.train.TrainingLoopTest.collect;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ranks train one model. */
@Timeout(120)
class AveragedTrainingTest {

  @TempDir Path folder;

  private TestingRanks ranks;

  @BeforeEach
  void open() {
    ranks = new TestingRanks(folder);
  }

  @AfterEach
  void close() {
    ranks.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void allRanksEndWithOneModel(int every) throws Exception {
    float[] untrained = ranks.parameters(0);
    ranks.syncEvery = every;
    List<List<EpochResult>> results = ranks.trainBoth();

    assertThat(ranks.parameters(0)).isNotEqualTo(untrained).isEqualTo(ranks.parameters(1));
    for (int epoch = 0; epoch < 2; epoch++) {
      EpochResult one = results.get(0).get(epoch);
      EpochResult other = results.get(1).get(epoch);
      assertThat(one.averages().syncs()).isEqualTo(every == 0 ? 1 : 3);
      assertThat(one.averages().ranks()).isEqualTo(2);
      assertThat(one.averages().leftOut()).isEmpty();
      assertThat(one.meanLoss()).as("each has its own samples").isNotEqualTo(other.meanLoss());
      assertThat(one.testAccuracy()).as("of one model").isEqualTo(other.testAccuracy());
    }
  }

  /** Batch norm's statistics are of the model, too. */
  @Test
  void theModelIsTheMeanOfWhatTheRanksHaveTrained() throws Exception {
    ranks.epochs = 1;
    ranks.trainBoth();
    Path apart = folder.resolve("apart");
    ranks.trainAlone(0, apart);
    ranks.trainAlone(1, apart);

    float[] mean = ranks.parameters(0);
    float[] one = ranks.parameters(0, apart);
    float[] other = ranks.parameters(1, apart);
    assertThat(one).isNotEqualTo(other);
    for (int i = 0; i < mean.length; i++) {
      assertThat(mean[i]).isEqualTo((float) ((150.0 * one[i] + 150.0 * other[i]) / 300));
    }
  }

  @Test
  void saysWhichSyncItIsAndWhatWasTrainedSinceTheOneBefore() throws Exception {
    ranks.syncEvery = 2;
    ranks.epochs = 1;
    ranks.trainBoth();

    assertThat(ranks.averager.sentBy(1))
        .extracting(TestingAverager.Sent::text)
        .containsExactly(
            "step 1 of epoch 0: 64 of 2",
            "step 2 of epoch 0: 64 of 2",
            "the end of epoch 0: 22 of 2");
  }

  @Test
  void anEmptyEpochHasItsAverageToo() throws Exception {
    ranks.samples = 0;
    ranks.syncEvery = 2;
    float[] untrained = ranks.parameters(0);
    ranks.trainBoth();

    assertThat(ranks.averager.sentBy(0))
        .extracting(TestingAverager.Sent::text)
        .containsExactly("the end of epoch 0: 0 of 2", "the end of epoch 1: 0 of 2");
    assertThat(ranks.parameters(1)).isEqualTo(untrained);
  }

  @Test
  void aRankThatTrainsAloneDoesAsWithoutAverages() throws Exception {
    ranks.worldSizes = epoch -> 1;
    ranks.syncEvery = 1;
    TestingSelectionFeed averaged = ranks.feed(0);
    List<EpochResult> results = ranks.train(0, averaged, SILENT);
    Path without = folder.resolve("without");
    TestingSelectionFeed plain = ranks.feed(0);
    try (var loop = new TrainingLoop(ranks.settings(0, Optional.of(without)), ranks.source)) {
      loop.run(plain, SILENT);
    }

    assertThat(ranks.averager.sentBy(0)).isEmpty();
    assertThat(results).extracting(EpochResult::averages).containsOnly(EpochAverages.NONE);
    assertThat(averaged.calls).isEqualTo(plain.calls);
    assertThat(averaged.reportedLosses).isEqualTo(plain.reportedLosses);
    String last = "rank-0.epoch-0000002.ckpt";
    assertThat(folder.resolve(last)).hasSameBinaryContentAs(without.resolve(last));
  }

  @Test
  void withoutAnExchangeRanksTrainAReplicaEach() throws Exception {
    ranks.trainAlone(0, folder);
    ranks.trainAlone(1, folder);

    assertThat(ranks.parameters(0)).isNotEqualTo(ranks.parameters(1));
  }

  @Test
  void theTimeOfAveragesIsTheirOwn() throws Exception {
    ranks.syncEvery = 2;
    ranks.epochs = 1;
    Future<List<EpochResult>> other = ranks.start(1);
    List<EpochResult> results = new ArrayList<>();
    List<String> events = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void averaged(Sync sync, List<Integer> leftOut, Duration time) {
            events.add(sync + " " + leftOut + " " + time.toMillis());
          }
        };
    long[] clock = new long[1];
    ModelExchange exchange = ranks.averager.exchange(0, () -> clock[0] += 7_000_000);
    TrainerSettings settings = ranks.settings(0, Optional.empty());
    try (var loop = new TrainingLoop(settings, ranks.source, () -> clock[0])) {
      loop.averageOver(exchange, listener);
      loop.run(ranks.feed(0), collect(results).and(listener));
    }
    other.get();

    EpochResult result = results.get(0);
    assertThat(result.averages().time()).isEqualTo(Duration.ofMillis(3 * 7));
    assertThat(result.trainTime()).isZero();
    assertThat(result.testTime()).isZero();
    assertThat(result.gpuIdle()).isZero();
    assertThat(events)
        .containsExactly(
            "step 1 of epoch 0 [] 7", "step 2 of epoch 0 [] 7", "the end of epoch 0 [] 7");
  }
}
