package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SelectionPlannerTest {
  private static final SparseHistogram LOSSES = TestingHistograms.logNormal(100_000, 8);

  /** k = 10, α = 0.5, p = 0.25 hence r = 0.75, δ = 0.85, E = 20. */
  private static SelectionSettings settings(PolicyKind policy) {
    return new SelectionSettings(policy, 10, 0.5, 0.25, 0.85, 20, 1, Limits.NONE);
  }

  private static SelectionPlan seta(int epoch, SparseHistogram measured) {
    return TestingPlans.plan(epoch, measured, 0, settings(PolicyKind.SETA));
  }

  @ParameterizedTest(name = "selection {0} takes {2} groups from {1}, annealing: {3}")
  @CsvSource({
    "0, 0, 10, false", // all groups at first
    "1, 1, 5, false",
    "2, 2, 5, false",
    "5, 5, 5, false",
    "6, 0, 5, false",
    "16, 4, 5, false", // 17 > 0.85 x 20 does not hold yet
    "17, 0, 10, true",
    "19, 0, 10, true",
    "20, 2, 5, false", // the next cycle: the window goes on where it would have been
    "36, 0, 5, false",
    "37, 0, 10, true"
  })
  void setaSlidesAWindowOverTheClusters(int epoch, int start, int size, boolean annealing) {
    SelectionPlan plan = seta(epoch, LOSSES);

    boolean all = size == 10;
    assertThat(plan.window()).isEqualTo(new Window(start, size, all));
    assertThat(plan.annealing()).isEqualTo(annealing);
    assertThat(plan.clusters()).isEqualTo(KMeans1D.cluster(LOSSES, 10));
    int lower = all ? DifficultyCode.MIN : plan.clusters().get(start).lowerCode();
    int upper = all ? DifficultyCode.MAX : plan.clusters().get(start + size - 1).upperCode();
    assertThat(plan.bands()).containsExactly(Band.of(lower, upper, 0.75, 1));
  }

  @Test
  void aRunWithoutCyclesKeepsItsWindow() {
    SelectionSettings endless =
        new SelectionSettings(PolicyKind.SETA, 10, 0.5, 0.25, 0.85, 0, 1, Limits.NONE);

    for (int epoch : new int[] {1, 17, 19, 100, 999_999, 1_000_000}) {
      SelectionPlan plan = TestingPlans.plan(epoch, LOSSES, 0, endless);

      assertThat(plan.window()).isEqualTo(new Window(epoch % 6, 5, false));
      assertThat(plan.annealing()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"RANDOM, 0.75", "FULL, 1"})
  void theBaselinesTreatAllSamplesAlikeInEveryEpoch(PolicyKind policy, double keep) {
    for (int epoch = 0; epoch < 20; epoch++) {
      SelectionPlan plan = TestingPlans.plan(epoch, LOSSES, 5, settings(policy));

      assertThat(plan.bands()).containsExactly(Band.everywhere(keep));
      assertThat(plan.window()).isEqualTo(Window.all(10));
      assertThat(plan.annealing()).isFalse();
      assertThat(plan.clusters()).hasSize(10);
    }
  }

  @Test
  void fewDifferentDifficultiesMakeFewGroupsAndScaleTheWindow() {
    // Three values: three groups, a window of round-half-even(1.5) = 2, starts alternate.
    Histogram histogram = new Histogram();
    histogram.add(TestingHistograms.equal(1, 1000));
    histogram.add(TestingHistograms.equal(2, 1000));
    histogram.add(TestingHistograms.equal(4, 1000));
    SparseHistogram measured = histogram.toSparse();

    SelectionPlan first = seta(1, measured);
    SelectionPlan second = seta(2, measured);

    assertThat(first.clusters()).hasSize(3);
    assertThat(first.window()).isEqualTo(new Window(1, 2, false));
    assertThat(first.bands()).containsExactly(Band.of(code(2), code(4), 0.75, 1));
    assertThat(second.window()).isEqualTo(new Window(0, 2, false));
    assertThat(second.bands()).containsExactly(Band.of(code(1), code(2), 0.75, 1));
  }

  @Test
  void equalDifficultiesAreSplitByHash() {
    SelectionPlan plan = seta(3, TestingHistograms.equal(1.5, 1003));

    assertThat(plan.clusters()).hasSize(10).allMatch(c -> c.center() == 1.5);
    assertThat(plan.clusters().stream().mapToLong(Cluster::size).toArray())
        .containsExactly(101, 101, 101, 100, 100, 100, 100, 100, 100, 100);
    assertThat(plan.window()).isEqualTo(new Window(3, 5, false));
    assertThat(plan.bands())
        .containsExactly(Band.of(code(1.5f), code(1.5f), 0.75, 1).split(0.3, 0.8));
  }

  @Test
  void aSingleGroupOfEqualDifficultiesIsNotSplit() {
    SelectionSettings one =
        new SelectionSettings(PolicyKind.SETA, 1, 0.5, 0.25, 0.85, 20, 1, Limits.NONE);

    SelectionPlan plan = TestingPlans.plan(3, TestingHistograms.equal(1.5, 1000), 0, one);

    assertThat(plan.bands()).containsExactly(Band.of(code(1.5f), code(1.5f), 0.75, 1));
  }

  @Test
  void oneSampleIsOneGroupAndStays() {
    SelectionPlan plan = seta(3, TestingHistograms.of(1.5));

    assertThat(plan.clusters()).containsExactly(new Cluster(code(1.5f), code(1.5f), 1, 1.5));
    assertThat(plan.bands()).containsExactly(Band.of(code(1.5f), code(1.5f), 1, 1));
  }

  @ParameterizedTest
  @EnumSource
  void withoutMeasuredSamplesThereIsNothingToCluster(PolicyKind policy) {
    for (int epoch : new int[] {0, 1, 19}) {
      SelectionPlan plan =
          TestingPlans.plan(epoch, SparseHistogram.empty(), 1000, settings(policy));

      assertThat(plan.clusters()).isEmpty();
      assertThat(plan.window()).isEqualTo(new Window(0, 0, true));
      assertThat(plan.known()).isEqualTo(1000);
    }
  }

  @Test
  void countsWhatIsKnown() {
    SelectionPlan plan = TestingPlans.plan(4, LOSSES, 23, settings(PolicyKind.SETA));

    assertThat(plan.epoch()).isEqualTo(4);
    assertThat(plan.policy()).isEqualTo(PolicyKind.SETA);
    assertThat(plan.measured()).isEqualTo(100_000);
    assertThat(plan.unseen()).isEqualTo(23);
    assertThat(plan.known()).isEqualTo(100_023);
  }

  @ParameterizedTest
  @EnumSource
  void theSameInputGivesAnEqualPlan(PolicyKind policy) {
    List<SelectionPlan> plans =
        IntStream.range(0, 2)
            .mapToObj(i -> TestingHistograms.logNormal(20_000, 9))
            .map(measured -> TestingPlans.plan(3, measured, 0, settings(policy)))
            .toList();

    assertThat(plans.get(0)).isEqualTo(plans.get(1));
  }

  @Test
  void refusesNegativeNumbers() {
    assertThatIllegalArgumentException().isThrownBy(() -> seta(-1, LOSSES));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestingPlans.plan(1, LOSSES, -1, settings(PolicyKind.SETA)));
  }

  private static int code(float difficulty) {
    return DifficultyCode.encode(difficulty);
  }
}
