package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.job.selection.Policy.Choice;
import io.sluice.job.selection.Policy.Situation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The policy that docs/policies.md writes as an example, held to what the page says of it. */
class WorkedExampleTest {

  /** Prunes the easier half, so that a few enormous losses do not move the threshold. */
  static final class MedianPruning implements Policy {

    @Override
    public Choice choose(Situation situation, double pruneRatio) {
      SparseHistogram measured = situation.measured().all();
      int place = -1;
      for (long below = 0; 2 * below < measured.total(); ) {
        below += measured.counts()[++place];
      }
      if (place < 0 || pruneRatio == 0) {
        return Policy.everything(situation, 1);
      }
      int median = measured.codes()[place];
      double keep = 1 - pruneRatio;
      float weight = (float) Math.min(1 / keep, situation.settings().limits().maxWeight());
      return new Choice(
          Window.all(situation.clusters().size()),
          false,
          List.of(
              Band.of(DifficultyCode.MIN, median, keep, weight),
              Band.of(median + 1, DifficultyCode.MAX, 1, 1)));
    }
  }

  private static final Population TEN =
      Population.of(TestingHistograms.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1000));

  private static Situation situation(double pruneRatio) {
    return new Situation(
        3,
        KMeans1D.cluster(TEN.all(), 5),
        TEN,
        TestingSettings.of(PolicyKind.INFOBATCH, pruneRatio));
  }

  @Test
  void theEasierHalfIsPruned() {
    Choice choice = new MedianPruning().choose(situation(0.6), 0.6);

    int five = DifficultyCode.encode(5);
    assertThat(choice.bands())
        .containsExactly(
            Band.of(DifficultyCode.MIN, five, 0.4, 2.5f),
            Band.of(five + 1, DifficultyCode.MAX, 1, 1));
    assertThat(TEN.expected(choice.bands())).isEqualTo(5 * 0.4 + 5);
  }

  @Test
  void whatItCostsIsWhatABudgetLeaves() {
    Choice choice = Volume.choose(new MedianPruning(), situation(0.2), 6);

    assertThat(TEN.expected(choice.bands())).isCloseTo(6, within(1e-6));
  }
}
