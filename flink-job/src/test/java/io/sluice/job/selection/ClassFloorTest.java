package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassFloorTest {

  private static final SparseHistogram EASY = TestingHistograms.equal(1, 100);
  private static final SparseHistogram HARD = TestingHistograms.equal(2, 50);

  /** Class 0 is easy, class 1 is hard, and some samples have no class. */
  private static final Population MEASURED =
      Population.of(
          EASY.plus(HARD).plus(EASY),
          Map.of(
              new Stratum(0, Freshness.ANY),
              EASY,
              new Stratum(1, Freshness.ANY),
              HARD,
              Stratum.ALL,
              EASY));

  private static final List<Band> BANDS =
      List.of(
          Band.of(DifficultyCode.MIN, DifficultyCode.encode(1), 0.2, 1),
          Band.of(DifficultyCode.encode(1) + 1, DifficultyCode.MAX, 1, 1));

  @Test
  void aClassThatTheBandsTakeTooLittleOfIsToppedUp() {
    List<TopUp> topUps = ClassFloor.topUps(BANDS, MEASURED, 0.4);

    // 20 of 100 are taken; of the other 80 a quarter makes 40.
    assertThat(topUps).containsExactly(new TopUp(0, 0.25));
    assertThat(ClassFloor.expected(topUps, BANDS, MEASURED)).isCloseTo(20, within(1e-9));
  }

  @Test
  void withoutAFloorOrAboveItNothingIsToppedUp() {
    assertThat(ClassFloor.topUps(BANDS, MEASURED, 0)).isEmpty();
    assertThat(ClassFloor.topUps(BANDS, MEASURED, 0.2)).isEmpty();
    assertThat(ClassFloor.topUps(BANDS, Population.of(MEASURED.all()), 1)).isEmpty();
  }

  @Test
  void aPlanTellsItsTopUpsAndCountsThem() {
    SelectionSettings settings =
        TestingSettings.of(PolicyKind.RANDOM, 0.8, 10, new Limits(1, 0, 0, 1, 10, 1));

    SelectionPlan plan = SelectionPlanner.plan(3, MEASURED, 0, Spending.NONE, settings);

    assertThat(plan.topUps()).containsExactly(new TopUp(0, 1), new TopUp(1, 1));
    assertThat(plan.expected()).isCloseTo(150 + 0.2 * 100, within(1e-9));
  }
}
