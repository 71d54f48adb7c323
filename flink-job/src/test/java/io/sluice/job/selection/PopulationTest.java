package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PopulationTest {

  private static final int ONE = DifficultyCode.encode(1);
  private static final Stratum FRESH = new Stratum(Stratum.ANY_LABEL, Freshness.FRESH);
  private static final Stratum STALE = new Stratum(Stratum.ANY_LABEL, Freshness.STALE);

  @Test
  void theFirstBandThatHoldsASampleDecides() {
    List<Band> bands = List.of(Band.of(ONE, ONE, 0.25, 1), Band.everywhere(1));

    assertThat(Population.of(TestingHistograms.of(1, 1, 1, 1, 2)).expected(bands)).isEqualTo(2);
  }

  @Test
  void aSplitLeavesTheRestToTheBandsAfterIt() {
    List<Band> bands = List.of(Band.everywhere(1).split(0, 0.25), Band.everywhere(0.5));

    assertThat(Population.of(TestingHistograms.equal(1, 100)).expected(bands)).isEqualTo(62.5);
  }

  @Test
  void freshAndStaleSamplesAreCountedApart() {
    Population measured =
        Population.of(
            TestingHistograms.equal(1, 100),
            Map.of(
                FRESH, TestingHistograms.equal(1, 30),
                STALE, TestingHistograms.equal(1, 70)));
    Band fresh = new Band(ONE, ONE, Freshness.FRESH, 0, 1, 1, 1, false);

    assertThat(measured.expected(List.of(fresh, Band.everywhere(0.5)))).isEqualTo(65);
    assertThat(measured.chanceOfNone(List.of(fresh))).isZero();
  }

  @Test
  void theChanceThatNothingIsSelectedIsThatOfAllSamples() {
    Population measured = Population.of(TestingHistograms.of(1, 1, 2));
    List<Band> bands = List.of(Band.of(ONE, ONE, 0.5, 1), Band.everywhere(0.25));

    assertThat(measured.chanceOfNone(bands)).isCloseTo(0.5 * 0.5 * 0.75, within(1e-15));
    assertThat(measured.chanceOfNone(List.of())).isEqualTo(1);
  }

  @Test
  void strataHoldAllSamples() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Population.of(TestingHistograms.of(1, 2), Map.of(FRESH, TestingHistograms.of(1))))
        .withMessage("2 samples, but 1 in strata");
  }
}
