package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** InfoBatch's promise: the weighted sum over the selected is that over all, in expectation. */
class InfoBatchGradientTest {

  private static final int SAMPLES = 20_000;
  private static final int SELECTIONS = 200;

  /** Each sample stands for its gradient with a number that has nothing to do with its loss. */
  private static double gradient(long id) {
    return KeepHash.split(99, id) * 0x1p-63;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.8, 0.9})
  void weightedSumsAgreeOnAverage(double pruneRatio) {
    float[] losses = TestingLosses.logNormal(SAMPLES, 5);
    Histogram histogram = new Histogram();
    for (float loss : losses) {
      histogram.add(DifficultyCode.encode(loss));
    }
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.INFOBATCH, pruneRatio, 0, Limits.NONE);
    double all = 0;
    for (int id = 0; id < SAMPLES; id++) {
      all += gradient(id);
    }
    double weighted = 0;
    double plain = 0;
    for (int epoch = 1; epoch <= SELECTIONS; epoch++) {
      SelectionPlan plan = TestingPlans.plan(epoch, histogram.toSparse(), 0, settings);
      BandFilter filter = new BandFilter(plan, settings.seed());
      float[] weights = filter.weights();
      for (int id = 0; id < SAMPLES; id++) {
        int weight = filter.select(id, DifficultyCode.encode(losses[id]), true);
        if (weight >= 0) {
          weighted += weights[weight] * gradient(id);
          plain += gradient(id);
        }
      }
    }

    // A sum's deviation is √(Σ g² p / (1 − p)), at most √(20,000 / 3 · 9) = 245; of the mean of 200
    // sums 17, of which five are 0.9 % of the 10,000.
    assertThat(weighted / SELECTIONS).isCloseTo(all, within(0.009 * all));
    assertThat(plain / SELECTIONS).as("without weights").isLessThan(0.85 * all);
  }
}
