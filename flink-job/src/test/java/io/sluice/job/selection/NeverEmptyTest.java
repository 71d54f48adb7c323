package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NeverEmptyTest {
  private static final int ONE = DifficultyCode.encode(1);
  private static final int TWO = DifficultyCode.encode(2);

  @ParameterizedTest(name = "{0} samples at keep {1}: keep {2}")
  @CsvSource({
    "39, 0.5, 1", // 0.5^39 = 1.8e-12
    "40, 0.5, 0.5", // 0.5^40 = 0.9e-12
    "262, 0.1, 1", // 0.9^262 = 1.03e-12
    "263, 0.1, 0.1", // 0.9^263 = 0.93e-12
    "1, 1, 1"
  })
  void pruningIsLiftedWhereItCouldDropEverySample(long samples, double keep, double expected) {
    List<Band> bands =
        NeverEmpty.ensure(
            List.of(Band.everywhere(keep)), Population.of(TestingHistograms.equal(1, samples)));

    assertThat(bands).containsExactly(Band.everywhere(expected));
  }

  @ParameterizedTest(name = "{0} samples: keep {1}, split from {2} to {3}")
  @CsvSource({
    "97, 0.5, 0.25, 0.75", // 0.75^97 = 0.8e-12
    "96, 1, 0.25, 0.75", // 0.75^96 = 1.01e-12
    "40, 1, 0.25, 0.75", // 0.5^40 = 0.9e-12
    "39, 1, 0, 1" // 0.5^39 = 1.8e-12
  })
  void theSplitIsLiftedIfThatIsNotEnough(long samples, double keep, double from, double to) {
    Band band = Band.of(ONE, ONE, 0.5, 1);

    assertThat(
            NeverEmpty.ensure(
                List.of(band.split(0.25, 0.75)),
                Population.of(TestingHistograms.equal(1, samples))))
        .containsExactly(Band.of(ONE, ONE, keep, 1).split(from, to));
  }

  @Test
  void allBandsCountTogetherButOnlyTheSamplesInThem() {
    List<Band> bands = List.of(Band.of(ONE, ONE, 0.5, 1), Band.of(TWO, TWO, 0.5, 1));
    Histogram histogram = new Histogram();
    histogram.add(TestingHistograms.equal(1, 20));
    histogram.add(TestingHistograms.equal(2, 20));
    histogram.add(TestingHistograms.equal(4, 1000));

    assertThat(NeverEmpty.ensure(bands, Population.of(histogram.toSparse()))).isEqualTo(bands);
    assertThat(NeverEmpty.ensure(bands.subList(0, 1), Population.of(histogram.toSparse())))
        .containsExactly(Band.of(ONE, ONE, 1, 1));
  }

  @Test
  void aLiftedBandNeedsNoWeightToMakeUpForPruning() {
    assertThat(
            NeverEmpty.ensure(
                List.of(Band.of(ONE, TWO, 0.5, 2)), Population.of(TestingHistograms.equal(1, 10))))
        .containsExactly(Band.of(ONE, TWO, 1, 1));
  }

  @Test
  void aBandThatMayHoldNoFreshSamplePromisesNothing() {
    Band fresh = new Band(ONE, ONE, Freshness.FRESH, 0, 1, 1, 1, false);

    assertThat(Population.of(TestingHistograms.equal(1, 1000)).chanceOfNone(List.of(fresh)))
        .isEqualTo(1);
  }

  @Test
  void unseenSamplesMakeASelectionByThemselves() {
    SelectionSettings settings =
        new SelectionSettings(PolicyKind.RANDOM, 10, 0.5, 0.5, 0.85, 20, 1, Limits.NONE);

    assertThat(TestingPlans.plan(1, TestingHistograms.equal(1, 3), 1, settings).bands())
        .containsExactly(Band.everywhere(0.5));
  }

  /** Small runs of all shapes, where a careless planner is empty every few selections. */
  @ParameterizedTest
  @EnumSource
  void noSelectionOfASmallRunIsEmpty(PolicyKind policy) {
    Random random = new Random(10);
    for (int run = 0; run < 100; run++) {
      int samples = 1 + random.nextInt(50);
      int values = 1 + random.nextInt(samples);
      int[] codes = random.ints(samples, 0, values).map(v -> ONE + 100 * v).toArray();
      Histogram histogram = new Histogram();
      IntStream.of(codes).forEach(code -> histogram.add((char) code));
      SelectionSettings settings =
          new SelectionSettings(
              policy,
              1 + random.nextInt(12),
              0.1 + 0.9 * random.nextDouble(),
              0.9,
              0.85,
              20,
              run,
              Limits.NONE);
      for (int epoch = 0; epoch < 20; epoch++) {
        SelectionPlan plan = TestingPlans.plan(epoch, histogram.toSparse(), 0, settings);
        BandFilter filter = new BandFilter(plan, run);
        assertThat(IntStream.range(0, samples))
            .as("selection %d of %s", epoch, settings)
            .anyMatch(id -> filter.select(id, codes[id], true) >= 0);
      }
    }
  }
}
