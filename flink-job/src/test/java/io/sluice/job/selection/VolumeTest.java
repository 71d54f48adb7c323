package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.job.selection.Policy.Choice;
import io.sluice.job.selection.Policy.Situation;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VolumeTest {

  private static final int ONE = DifficultyCode.encode(1);
  private static final int TWO = DifficultyCode.encode(2);

  /** 100 samples of difficulty 1 and as many of 2. */
  private static final Population TWO_HUNDRED =
      Population.of(TestingHistograms.equal(1, 100).plus(TestingHistograms.equal(2, 100)));

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FULL")
  void aPolicyTakesAsManyAsItShould(PolicyKind kind) {
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      Population measured = randomPopulation(random);
      Situation situation = situation(kind, 1 + random.nextInt(7), measured);
      double target = random.nextDouble() * measured.total();

      double sum = 0;
      int sweep = kind.policy().sweep(situation);
      for (int later = 0; later < sweep; later++) {
        Situation inSweep = situation(kind, situation.epoch() + later, measured);
        if (inSweep.annealing()) {
          continue;
        }
        Choice choice = Volume.choose(kind.policy(), inSweep, target);
        sum += measured.expected(choice.bands());
      }

      if (situation.epoch() + sweep - 1 < 8) { // else annealing cuts the sweep short
        assertThat(sum / sweep)
            .as("%s in %s", target, situation.epoch())
            .isCloseTo(target, within(1e-6 * measured.total()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FULL")
  void aPolicyIsAskedForFewVolumes(PolicyKind kind) {
    Policy policy = kind.policy();
    AtomicInteger asked = new AtomicInteger();
    Policy counting =
        new Policy() {
          @Override
          public Choice choose(Situation situation, double pruneRatio) {
            return policy.choose(situation, pruneRatio);
          }

          @Override
          public double volume(Situation situation, double pruneRatio) {
            asked.incrementAndGet();
            return policy.volume(situation, pruneRatio);
          }
        };
    Population measured = randomPopulation(new Random(5));
    Situation situation = situation(kind, 1, measured);
    double half = (policy.volume(situation, 0) + policy.volume(situation, 0.9)) / 2;

    Volume.choose(counting, situation, half);

    // A policy's volume may take a look at each code that there is, in each window of a sweep.
    assertThat(asked.get()).isBetween(3, 6);
  }

  private static Population randomPopulation(Random random) {
    SparseHistogram fresh =
        TestingHistograms.logNormal(500 + random.nextInt(1000), random.nextLong());
    SparseHistogram stale = TestingHistograms.logNormal(1 + random.nextInt(500), random.nextLong());
    return Population.of(
        fresh.plus(stale),
        Map.of(
            new Stratum(Stratum.ANY_LABEL, Freshness.FRESH), fresh,
            new Stratum(Stratum.ANY_LABEL, Freshness.STALE), stale));
  }

  private static Situation situation(PolicyKind kind, int epoch, Population measured) {
    return new Situation(
        epoch, KMeans1D.cluster(measured.all(), 5), measured, TestingSettings.of(kind, 0.2));
  }

  @Test
  void whatTheWindowLeavesOutIsAddedAtRandomWhereItIsNotEnough() {
    Situation situation = situation(PolicyKind.SETA, 1, TWO_HUNDRED);

    // Two clusters, a window of one: 100 on average. 150 are that and half of the rest.
    Choice choice = Volume.choose(PolicyKind.SETA.policy(), situation, 150);

    assertThat(choice.bands())
        .containsExactly(
            Band.of(TWO, TWO, 1, 1),
            Band.of(DifficultyCode.MIN, TWO - 1, 0.5, 1),
            Band.of(TWO + 1, DifficultyCode.MAX, 0.5, 1));
  }

  @Test
  void allAreThinnedOutWhereTheMostThatAPolicyPrunesIsNotEnough() {
    Situation situation = situation(PolicyKind.INFOBATCH, 1, TWO_HUNDRED);

    // At most 0.9 of the 100 below the mean: 110 stay, of which half.
    Choice choice = Volume.choose(PolicyKind.INFOBATCH.policy(), situation, 55);

    assertThat(choice.bands()).hasSize(2);
    assertThat(choice.bands().get(0).keep()).isCloseTo(0.05, within(1e-9));
    assertThat(choice.bands().get(0).weight()).as("as before, beside 1").isEqualTo(10);
    assertThat(choice.bands().get(1).keep()).isCloseTo(0.5, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void whereNothingIsMeasuredThereIsNothingToFit(PolicyKind kind) {
    Population nothing = Population.of(SparseHistogram.empty());
    for (double target : new double[] {0, 10}) {
      Choice choice = Volume.choose(kind.policy(), situation(kind, 1, nothing), target);

      assertThat(choice.bands()).allMatch(band -> band.keep() >= 0);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FULL")
  void aTargetOfNothingTakesNothing(PolicyKind kind) {
    Choice choice = Volume.choose(kind.policy(), situation(kind, 1, TWO_HUNDRED), 0);

    assertThat(TWO_HUNDRED.expected(choice.bands())).isZero();
  }

  @ParameterizedTest(name = "{0} to {1} of the known: {2}")
  @CsvSource({
    "0, 1, 100",
    "0, 0.25, 50",
    "0, 0.5, 100",
    "0.75, 1, 150",
    "1, 1, 200",
    "0.3, 0.3, 60"
  })
  void aSelectionKeepsWithinItsBounds(double least, double greatest, double expected) {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.5, 10, TestingSettings.bounds(least, greatest));

    SelectionPlan plan = SelectionPlanner.plan(3, TWO_HUNDRED, 0, Spending.NONE, settings);

    assertThat(plan.expected()).isCloseTo(expected, within(1e-9));
  }

  @Test
  void boundsOfNothingMeasuredAreKept() {
    List<Band> bands = List.of(Band.everywhere(0.5));

    assertThat(Volume.within(bands, Population.of(SparseHistogram.empty()), -5, -3))
        .isEqualTo(bands);
  }

  @ParameterizedTest(name = "with {0} unseen: {1}")
  @CsvSource({"40, 60", "60, 60", "100, 100"})
  void whatIsUnseenCountsTowardsTheBoundAndIsTakenAnyway(long unseen, double expected) {
    // 0.2 of the known, of which there are 200 measured ones and the unseen.
    SelectionSettings settings =
        TestingSettings.of(
            PolicyKind.RANDOM, 0.5, 10, TestingSettings.bounds(0, 60.0 / (200 + unseen)));

    SelectionPlan plan = SelectionPlanner.plan(3, TWO_HUNDRED, unseen, Spending.NONE, settings);

    assertThat(plan.expected()).isCloseTo(expected, within(1e-4));
  }

  @Test
  void aBandThatIsRaisedNeedsLessOfItsWeight() {
    List<Band> raised = Volume.within(List.of(Band.of(ONE, TWO, 0.25, 4)), TWO_HUNDRED, 100, 200);

    assertThat(raised.get(0).keep()).isEqualTo(0.5);
    assertThat(raised.get(0).weight()).isEqualTo(2);
  }

  @Test
  void bandsThatDecideOnMoreThanDifficultyAreFollowedByOneForTheRest() {
    List<Band> bands = List.of(Band.of(ONE, ONE, 1, 1).split(0, 0.5));

    List<Band> raised = Volume.within(bands, TWO_HUNDRED, 125, 200);

    assertThat(raised).containsExactly(bands.get(0), Band.everywhere(0.5));
    assertThat(TWO_HUNDRED.expected(raised)).isEqualTo(125);
  }
}
