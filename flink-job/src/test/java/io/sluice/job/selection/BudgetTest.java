package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BudgetTest {

  private static final int SAMPLES = 20_000;

  /** A run whose losses fall and spread, epoch by epoch. */
  private static List<SelectionPlan> run(SelectionSettings settings, int epochs, long growth) {
    List<SelectionPlan> plans = new ArrayList<>();
    Spending spent = Spending.NONE;
    for (int epoch = 0; epoch < epochs; epoch++) {
      long measured = epoch == 0 ? 0 : SAMPLES + (epoch > 4 ? growth : 0);
      long unseen = epoch == 0 ? SAMPLES : epoch == 4 ? growth : 0;
      if (settings.beginsCycle(epoch)) {
        spent = Spending.NONE;
      }
      SelectionPlan plan =
          SelectionPlanner.plan(epoch, population(measured, epoch), unseen, spent, settings);
      spent = spent.plus(plan);
      plans.add(plan);
    }
    return plans;
  }

  private static Population population(long samples, int epoch) {
    Random random = new Random(epoch);
    Histogram histogram = new Histogram();
    for (long i = 0; i < samples; i++) {
      histogram.add(
          DifficultyCode.encode(
              (float) Math.exp((1 + 0.1 * epoch) * random.nextGaussian() - epoch)));
    }
    return Population.of(histogram.toSparse());
  }

  private static double spent(List<SelectionPlan> plans) {
    return plans.stream().mapToDouble(SelectionPlan::expected).sum();
  }

  private static double known(List<SelectionPlan> plans) {
    return plans.stream().mapToDouble(SelectionPlan::known).sum();
  }

  static List<PolicyKind> policies() {
    return List.of(
        PolicyKind.SETA,
        PolicyKind.INFOBATCH,
        PolicyKind.ORDERDP,
        PolicyKind.RANDOM,
        PolicyKind.STATIC);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aRunCostsWhatItsBudgetSays(PolicyKind policy) {
    for (double budget : new double[] {0.4, 0.5, 0.7, 0.95}) {
      for (double swing : new double[] {0, 0.5}) {
        SelectionSettings settings =
            TestingSettings.of(policy, 0.2, 20, TestingSettings.budget(budget, swing));

        List<SelectionPlan> plans = run(settings, 20, 0);

        assertThat(spent(plans) / known(plans))
            .as("%s, budget %s, swing %s", policy, budget, swing)
            .isCloseTo(budget, within(1e-6));
        assertThat(plans).allMatch(plan -> plan.expected() <= plan.known());
      }
    }
  }

  @Test
  void withoutABudgetAPolicyDoesAsItsPruneRatioSays() {
    SelectionSettings settings = TestingSettings.of(PolicyKind.RANDOM, 0.2, 20, Limits.NONE);

    assertThat(run(settings, 20, 0).subList(1, 20))
        .allSatisfy(plan -> assertThat(plan.bands()).containsExactly(Band.everywhere(0.8)));
  }

  @Test
  void whatTheEndOfACycleTakesWholeIsSetAside() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.INFOBATCH, 0.2, 10, TestingSettings.budget(0.5, 0));

    List<SelectionPlan> plans = run(settings, 10, 0);

    // 0.5 · 10 − 1 (selection 0) − 2 (8 and 9) = 2, for seven selections.
    assertThat(plans.subList(1, 8))
        .allSatisfy(plan -> assertThat(plan.expected()).isCloseTo(SAMPLES * 2 / 7.0, within(1.0)));
    assertThat(plans.subList(8, 10))
        .allSatisfy(plan -> assertThat(plan.expected()).isEqualTo(SAMPLES));
  }

  @Test
  void samplesThatComeLaterBringTheirShareOfTheBudget() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.2, 20, TestingSettings.budget(0.5, 0));

    List<SelectionPlan> plans = run(settings, 20, 10_000);

    assertThat(plans.get(4).expected()).as("all that is new").isGreaterThan(10_000);
    assertThat(spent(plans)).isCloseTo(0.5 * known(plans), within(1.0));
  }

  @Test
  void eachCycleHasItsOwnBudget() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.2, 5, TestingSettings.budget(0.5, 0));

    List<SelectionPlan> plans = run(settings, 15, 0);

    assertThat(spent(plans.subList(5, 10))).isCloseTo(2.5 * SAMPLES, within(1.0));
    assertThat(spent(plans.subList(10, 15))).isCloseTo(2.5 * SAMPLES, within(1.0));
  }

  @Test
  void aRunWithoutCyclesSpendsAsMuchInEachSelection() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.2, 0, TestingSettings.budget(0.3, 0));

    assertThat(run(settings, 10, 0).subList(1, 10))
        .allSatisfy(plan -> assertThat(plan.expected()).isCloseTo(0.3 * SAMPLES, within(1.0)));
  }

  @ParameterizedTest(name = "selection {0}: {1} of the mean")
  @CsvSource({"1, 0.5", "2, 1.5", "3, 0.5", "4, 1.5", "18, 1.5", "19, 0.5"})
  void volumesSwingAroundTheirMean(int epoch, double share) {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.2, 20, TestingSettings.budget(0.5, 0.5));

    SelectionPlan plan = run(settings, 20, 0).get(epoch);

    // 0.5 · 20 − 1 = 9 for 19 selections, ten of them low: 9 / (10 · 0.5 + 9 · 1.5).
    assertThat(plan.expected()).isCloseTo(SAMPLES * 9 * share / 18.5, within(1.0));
  }

  @Test
  void withoutABudgetVolumesSwingAroundThoseOfThePolicy() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.5, 20, TestingSettings.budget(1, 0.4));

    List<SelectionPlan> plans = run(settings, 20, 0);

    assertThat(plans.get(1).expected()).isCloseTo(0.3 * SAMPLES, within(1.0));
    assertThat(plans.get(2).expected()).isCloseTo(0.7 * SAMPLES, within(1.0));
  }

  /** SeTa's windows repeat after three, so a phase is three selections long. */
  @Test
  void aPhaseOfFewSamplesIsAsLongAsThePolicysSweep() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.SETA, 0.2, 20, TestingSettings.budget(1, 0.5));
    List<SelectionPlan> plans = run(settings, 20, 0);

    for (int epoch = 1; epoch < 8; epoch++) {
      double keep = plans.get(epoch).bands().get(0).keep();
      boolean low = (epoch - 1) / 3 % 2 == 0;
      // 0.8 · 0.5 = 0.4; 0.8 · 1.5 is more than a window holds.
      assertThat(keep).as("selection %d", epoch).isCloseTo(low ? 0.4 : 1, within(1e-6));
    }
  }

  @Test
  void aPhaseIsAsLongInACycleThatHasABudget() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.SETA, 0.2, 20, TestingSettings.budget(0.4, 0.5));
    List<SelectionPlan> plans = run(settings, 20, 0);

    double low = spent(plans.subList(1, 4));
    double high = spent(plans.subList(4, 7));
    // The windows are the same ones. What one misses of its share, the next make up for.
    assertThat(high / low).isCloseTo(1.5 / 0.5, within(0.2));
  }

  @ParameterizedTest
  @CsvSource({
    "full, 0.9, 20, 0.8, budget is 0.9, but the policy full takes everything in 20 of 20 epochs",
    "full, 0.5, 0, 0.8, budget is 0.5, but the policy full takes everything in every epoch",
    "infobatch, 0.15, 20, 0.9, budget is 0.15, but the policy infobatch takes everything in 3 of 20",
    "random, 0.1, 10, 0.8, budget is 0.1, but the policy random takes everything in 1 of 10 epochs"
  })
  void aBudgetThatCannotBeKeptContradictsTheRest(
      String policy, double budget, int cycle, double annealingStart, String message) {
    SelectionSettings settings = settings(policy, budget, cycle, annealingStart);

    assertThat(settings.contradiction()).get().asString().startsWith(message);
  }

  @ParameterizedTest
  @CsvSource({"infobatch, 0.2, 20, 0.9", "random, 0.11, 10, 0.8", "random, 0.01, 0, 0.8"})
  void aBudgetThatCanBeKeptDoesNot(String policy, double budget, int cycle, double annealingStart) {
    SelectionSettings settings = settings(policy, budget, cycle, annealingStart);

    assertThat(settings.contradiction()).isEmpty();
  }

  private static SelectionSettings settings(
      String policy, double budget, int cycle, double annealingStart) {
    return new SelectionSettings(
        PolicyKind.of(policy),
        5,
        0.6,
        0.2,
        annealingStart,
        cycle,
        1,
        TestingSettings.budget(budget, 0));
  }
}
