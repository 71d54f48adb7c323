package io.sluice.agent.train;

import static io.sluice.agent.train.TrainingLoopTest.SILENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.nio.file.Path;
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

/**
 * A rank's parameters become NaN in the first batch of epoch 0; where there is a second one, its
 * losses are, too.
 */
@Timeout(120)
class BadModelTest {

  @TempDir Path folder;

  private TestingRanks ranks;

  @BeforeEach
  void open() {
    ranks = new TestingRanks(folder);
    ranks.firstWeights = new float[] {1, Float.NaN};
  }

  @AfterEach
  void close() {
    ranks.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {20, TestingRanks.SAMPLES})
  void allAgentsStop(int samples) {
    ranks.samples = samples;
    ranks.syncEvery = 2;
    Future<List<EpochResult>> good = ranks.start(0);
    Future<List<EpochResult>> bad = ranks.start(1);

    String at = samples == 20 ? "the end of epoch 0" : "step 1 of epoch 0";
    String stops =
        "Training diverged: the parameters or losses of rank 1 are not finite numbers at "
            + at
            + ". Begin a new run with a lower learning rate (now 0.004), or start all agents again"
            + " with bad-model: skip, to go on with the mean of the others.";
    assertThatThrownBy(good::get).cause().isInstanceOf(UserError.class).hasMessage(stops);
    assertThatThrownBy(bad::get)
        .cause()
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            samples == 20 ? stops : "Training diverged in epoch 0 after 32 of 150 samples");
    assertThat(ranks.averager.sentBy(1)).hasSize(1);
    assertThat(ranks.averager.sentBy(1).get(0).own().values()).isNull();
    assertThat(folder.resolve("rank-1.epoch-0000000.ckpt"))
        .as("a model that is not finite is not kept")
        .doesNotExist();
  }

  /** So that it is not overlooked by starting them again. */
  @Test
  void agentsThatAreStartedAgainStopAgain() throws Exception {
    ranks.epochs = 1;
    ranks.badModel = BadModel.SKIP;
    ranks.trainBoth();

    ranks.epochs = 2;
    ranks.badModel = BadModel.STOP;
    Path empty = folder.resolve("empty");
    TrainerSettings settings = ranks.settings(0, Optional.of(empty));
    assertThatThrownBy(() -> ranks.train(settings, ranks.feed(0), SILENT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("losses of rank 1 are not finite numbers at the end of epoch 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, TestingRanks.SAMPLES})
  void theOthersGoOnIfTheyAreToldTo(int samples) throws Exception {
    ranks.samples = samples;
    ranks.syncEvery = 2;
    ranks.badModel = BadModel.SKIP;
    Future<List<EpochResult>> good = ranks.start(0);
    TestingSelectionFeed feed = ranks.feed(1);
    List<EpochResult> bad = ranks.train(1, feed, SILENT);

    for (List<EpochResult> results : List.of(bad, good.get())) {
      assertThat(results.get(0).averages().leftOut()).containsExactly(1);
      assertThat(results.get(0).averages().ranks()).isEqualTo(1);
      assertThat(results.get(1).averages().leftOut()).as("it is well again").isEmpty();
      assertThat(results.get(1).averages().ranks()).isEqualTo(2);
    }
    assertThat(good.get().get(0).trained()).isEqualTo(samples);
    assertThat(bad.get(0).trained()).isEqualTo(Math.min(32, samples));
    assertThat(feed.ids(0)).as("with those that are not finite").hasSize(Math.min(64, samples));
    assertThat(feed.calls).containsSubsequence("end 0", "await 1", "end 1");
    assertThat(ranks.averager.sentBy(1))
        .extracting(TestingAverager.Sent::sync)
        .isEqualTo(ranks.averager.sentBy(0).stream().map(TestingAverager.Sent::sync).toList());
    assertThat(ranks.parameters(0)).isEqualTo(ranks.parameters(1));
    assertThat(Tensors.areFinite(ranks.parameters(0))).isTrue();
  }

  @Test
  void withoutOneGoodModelAllAgentsStop() {
    ranks.firstWeights = new float[] {Float.NaN, Float.NaN};
    ranks.badModel = BadModel.SKIP;
    Future<List<EpochResult>> one = ranks.start(0);
    Future<List<EpochResult>> other = ranks.start(1);

    for (Future<List<EpochResult>> agent : List.of(one, other)) {
      assertThatThrownBy(agent::get)
          .cause()
          .isInstanceOf(UserError.class)
          .hasMessage(
              "No rank has parameters that are finite numbers at the end of epoch 0, so there is"
                  + " nothing to go on from. Begin a new run with a lower learning rate (now"
                  + " 0.004).");
    }
  }

  @Test
  void anAgentThatTrainsAloneStopsInAnyCase() {
    ranks.firstWeights = new float[] {Float.NaN, 1};
    ranks.badModel = BadModel.SKIP;
    ranks.worldSizes = epoch -> 1;

    assertThatThrownBy(() -> ranks.train(0))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("Training diverged in epoch 0 after 32 of 150 samples");
    assertThat(ranks.averager.sentBy(0)).isEmpty();
  }
}
