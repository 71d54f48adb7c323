package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each policy takes of worked tables; SeTa's are in {@link SelectionPlannerTest}. */
class PoliciesTest {

  /** 40 samples; their mean is (10 · 0.5 + 20 · 1 + 6 · 2 + 4 · 8) / 40 = 1.725. */
  private static final SparseHistogram LOSSES = losses(10, 20, 6, 4);

  private static SparseHistogram losses(long half, long one, long two, long eight) {
    return new SparseHistogram(
        new char[] {(char) code(0.5), (char) code(1), (char) code(2), (char) code(8)},
        new long[] {half, one, two, eight});
  }

  private static int code(double difficulty) {
    return DifficultyCode.encode((float) difficulty);
  }

  private static SelectionPlan plan(PolicyKind policy, int epoch, double pruneRatio) {
    // An unseen sample, so that the few samples of a table are not saved from pruning.
    return TestingPlans.plan(epoch, LOSSES, 1, TestingSettings.of(policy, pruneRatio));
  }

  @Test
  void infoBatchPrunesBelowTheMeanAndWeightsTheRestOfThatUp() {
    SelectionPlan plan = plan(PolicyKind.INFOBATCH, 3, 0.75);

    assertThat(plan.bands())
        .containsExactly(
            Band.of(DifficultyCode.MIN, code(1), 0.25, 4),
            Band.of(code(1) + 1, DifficultyCode.MAX, 1, 1));
    assertThat(plan.annealing()).isFalse();
    assertThat(plan.expected()).isEqualTo(1 + 30 * 0.25 + 10);
  }

  @Test
  void aSampleAtTheMeanIsNotBelowIt() {
    // (2 · 1 + 2 · 2 + 2 · 3) / 6 = 2
    SparseHistogram symmetric = TestingHistograms.of(1, 1, 2, 2, 3, 3);

    SelectionPlan plan =
        TestingPlans.plan(3, symmetric, 1, TestingSettings.of(PolicyKind.INFOBATCH, 0.5));

    assertThat(plan.bands().get(0).upperCode()).isEqualTo(code(1));
  }

  @Test
  void infoBatchTakesAllWhereNobodyIsBelowTheMean() {
    SelectionPlan plan =
        TestingPlans.plan(
            3,
            TestingHistograms.equal(0.1, 12_345),
            1,
            TestingSettings.of(PolicyKind.INFOBATCH, 0.5));

    assertThat(plan.bands()).containsExactly(Band.everywhere(1));
  }

  @ParameterizedTest(name = "selection {0} takes everything: {1}")
  @CsvSource({"1, false", "7, false", "8, true", "9, true", "11, false", "18, true"})
  void infoBatchEndsEachCycleWithEverything(int epoch, boolean everything) {
    // δ = 0.8 of 10: n mod 10 + 1 > 8
    SelectionPlan plan = plan(PolicyKind.INFOBATCH, epoch, 0.5);

    assertThat(plan.bands().equals(List.of(Band.everywhere(1)))).isEqualTo(everything);
    assertThat(plan.annealing()).isEqualTo(everything);
  }

  @Test
  void weightsAreCapped() {
    Limits limits = new Limits(1, 0, 0, 1, 3, 0);
    SelectionSettings settings = TestingSettings.of(PolicyKind.INFOBATCH, 0.75, 10, limits);

    assertThat(TestingPlans.plan(3, LOSSES, 1, settings).bands().get(0).weight()).isEqualTo(3);
  }

  @ParameterizedTest(name = "prune ratio {0}: subset {1}, of which those from {2} on, there {3}")
  @CsvSource({
    // √0.25 = 0.5: of 40 the 20 hardest: 4 + 6, and 10 of the 20 at difficulty 1
    "0.75, 0.5, 1, 0.5",
    // √0.64 = 0.8: the 32 hardest: 4 + 6 + 20, and 2 of 10
    "0.36, 0.8, 0.5, 0.2",
    // √0.1225 = 0.35: 14 = 4 + 6, and 4 of 20
    "0.8775, 0.35, 1, 0.2",
    // √0.0625 = 0.25 would be 10 = 4 + 6, but at most 0.9 is pruned: √0.1 = 0.3162
    "0.9375, 0.316227766, 1, 0.132455532"
  })
  void orderDpTakesTheHardestOfARandomSubset(
      double pruneRatio, double subset, double from, double shareThere) {
    SelectionPlan plan = plan(PolicyKind.ORDERDP, 3, pruneRatio);

    assertThat(plan.bands()).hasSize(2);
    Band harder = plan.bands().get(0);
    Band there = plan.bands().get(1);
    assertThat(harder.lowerCode()).isEqualTo(code(from) + 1);
    assertThat(harder.upperCode()).isEqualTo(DifficultyCode.MAX);
    assertThat(harder.keep()).isCloseTo(subset, within(1e-9));
    assertThat(there.lowerCode()).isEqualTo(code(from));
    assertThat(there.upperCode()).isEqualTo(code(from));
    assertThat(there.keep()).isCloseTo(subset * shareThere, within(1e-9));
    assertThat(plan.expected()).isCloseTo(1 + 40 * Math.max(0.1, 1 - pruneRatio), within(1e-6));
  }

  @Test
  void orderDpReachesTheHardestDifficultyThereIs() {
    SparseHistogram hardest =
        new SparseHistogram(new char[] {DifficultyCode.MAX}, new long[] {10_000});

    SelectionPlan plan =
        TestingPlans.plan(3, hardest, 0, TestingSettings.of(PolicyKind.ORDERDP, 0.75));

    assertThat(plan.bands())
        .containsExactly(Band.of(DifficultyCode.MAX, DifficultyCode.MAX, 0.25, 1));
  }

  @Test
  void rePbPrunesWhatWasBelowItsMiniBatchAndWhatWasLeftOut() {
    SparseHistogram fresh = TestingHistograms.of(-0.5, -0.5, 0, 0.25);
    SparseHistogram stale = TestingHistograms.of(-1, 1, 1);
    Population measured =
        Population.of(
            fresh.plus(stale),
            Map.of(
                new Stratum(Stratum.ANY_LABEL, Freshness.FRESH), fresh,
                new Stratum(Stratum.ANY_LABEL, Freshness.STALE), stale));

    SelectionPlan plan =
        SelectionPlanner.plan(
            3, measured, 1, Spending.NONE, TestingSettings.of(PolicyKind.REPB, 0.75));

    assertThat(plan.bands()).allMatch(Band::byInclusion);
    // Two fresh ones at or above 0 for sure; two below and three left out with a quarter.
    assertThat(plan.expected()).isEqualTo(1 + 2 + 5 * 0.25);
    assertThat(selected(plan, -0.5, true)).isCloseTo(0.25, within(0.02));
    assertThat(selected(plan, 0, true)).isEqualTo(1);
    assertThat(selected(plan, 0.25, true)).isEqualTo(1);
    assertThat(selected(plan, -1, false)).isCloseTo(0.25, within(0.02));
    assertThat(selected(plan, 1, false)).isCloseTo(0.25, within(0.02));
  }

  /** Of 20,000 samples: a deviation is at most 0.0035. */
  private static double selected(SelectionPlan plan, double difficulty, boolean fresh) {
    BandFilter filter = new BandFilter(plan, 1);
    return LongStream.range(0, 20_000)
            .filter(id -> filter.select(id, code(difficulty), fresh) >= 0)
            .count()
        / 20_000.0;
  }

  @Test
  void staticPruningTakesTheSameSamplesInEveryEpoch() {
    List<Long> first = ids(PolicyKind.STATIC, 1, 0.6);

    assertThat(ids(PolicyKind.STATIC, 7, 0.6)).isEqualTo(first);
    assertThat((double) first.size()).isCloseTo(4000, within(5 * 49.0));
    // A tighter prune ratio takes a part of them, so a budget that breathes changes little.
    assertThat(first).containsAll(ids(PolicyKind.STATIC, 3, 0.7));
  }

  @Test
  void randomPruningTakesOthersInEveryEpoch() {
    List<Long> first = ids(PolicyKind.RANDOM, 1, 0.6);
    List<Long> second = ids(PolicyKind.RANDOM, 2, 0.6);

    assertThat((double) first.size()).isCloseTo(4000, within(5 * 49.0));
    double both = first.stream().filter(second::contains).count();
    assertThat(both).isCloseTo(1600, within(5 * 37.0));
  }

  private static List<Long> ids(PolicyKind policy, int epoch, double pruneRatio) {
    BandFilter filter = new BandFilter(plan(policy, epoch, pruneRatio), 1);
    return LongStream.range(0, 10_000)
        .filter(id -> filter.select(id, code(1), true) >= 0)
        .boxed()
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void withoutPruningAllIsTakenButWhatTheWindowLeavesOut(PolicyKind policy) {
    // SeTa's window is of the two easiest of four clusters: selection 3 begins its second sweep.
    assertThat(plan(policy, 3, 0).expected()).isEqualTo(policy == PolicyKind.SETA ? 31 : 41);
  }
}
