package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BandFilterTest {
  private static final int ONE = DifficultyCode.encode(1);
  private static final List<Freshness> FRESHNESS = List.of(Freshness.values());

  @Test
  void doesWhatTheBandsSay() {
    Random random = new Random(11);
    for (int i = 0; i < 200; i++) {
      SelectionPlan plan = plan(random.nextInt(5), randomBands(random));
      long seed = random.nextLong();
      BandFilter filter = new BandFilter(plan, seed);
      float[] weights = filter.weights();
      for (int j = 0; j < 2000; j++) {
        long id = random.nextLong() & Long.MAX_VALUE;
        int code = ONE + random.nextInt(80) - 10;
        boolean fresh = random.nextBoolean();
        int selected = filter.select(id, code, fresh);
        float weight = weight(plan, seed, id, code, fresh);
        assertThat(selected)
            .as("sample %d of code %d, fresh %s, in %s", id, code, fresh, plan.bands())
            .isEqualTo(weight == 0 ? -1 : Arrays.binarySearch(weights, weight));
      }
    }
  }

  /** Bands that neither overlap nor split take a way of their own, so both kinds are tried. */
  @Test
  void decidesOnManyAsOnEach() {
    Random random = new Random(12);
    for (int i = 0; i < 200; i++) {
      List<Band> bands =
          i % 2 == 0
              ? randomBands(random)
              : List.of(
                  Band.of(ONE, ONE + random.nextInt(20), random.nextInt(5) / 4.0, 1),
                  Band.of(ONE + 30, ONE + 50, random.nextDouble(), random.nextInt(2) + 1));
      List<TopUp> topUps = i % 3 == 0 ? List.of(new TopUp(2, 0.5)) : List.of();
      BandFilter filter = new BandFilter(random.nextInt(5), bands, topUps, random.nextLong());
      float[] weights = filter.weights();
      int words = 1 + random.nextInt(4);
      ByteBuffer codes = ByteBuffer.allocate(words * 128).order(ByteOrder.LITTLE_ENDIAN);
      for (int j = 0; j < words * 64; j++) {
        int kind = random.nextInt(10);
        codes.putChar(
            kind == 0
                ? DifficultyCode.ABSENT
                : kind == 1 ? DifficultyCode.UNSEEN : (char) (ONE + random.nextInt(80) - 10));
      }
      Traits traits = randomTraits(words, random);
      long firstId = random.nextLong() >>> 2;
      int stride = 1 + random.nextInt(1000);
      int word = random.nextInt(3);
      long[][] selected = new long[weights.length][];

      filter.select(firstId, stride, codes.array(), traits, selected, word, words + word);

      for (int j = 0; j < words * 64; j++) {
        boolean isFresh = (traits.fresh()[j / 64] & 1L << j) != 0;
        byte inclusion = traits.inclusion() == null ? 0 : traits.inclusion()[j];
        char label = traits.labels() == null ? Traits.NO_LABEL : traits.labels()[j];
        long id = firstId + (long) j * stride;
        int weight = filter.select(id, codes.getChar(2 * j), isFresh, inclusion, label);
        for (int w = 0; w < selected.length; w++) {
          boolean isSelected = selected[w] != null && (selected[w][word + j / 64] & 1L << j) != 0;
          assertThat(isSelected)
              .as("sample %d, weight %s, in %s", j, weights[w], bands)
              .isEqualTo(w == weight);
        }
      }
    }
  }

  private static Traits randomTraits(int words, Random random) {
    byte[] inclusion = random.nextBoolean() ? new byte[words * 64] : null;
    char[] labels = random.nextBoolean() ? new char[words * 64] : null;
    for (int i = 0; i < words * 64; i++) {
      if (inclusion != null) {
        inclusion[i] = (byte) random.nextInt(256);
      }
      if (labels != null) {
        labels[i] = random.nextInt(4) == 0 ? Traits.NO_LABEL : (char) random.nextInt(4);
      }
    }
    return new Traits(random.longs(words).toArray(), inclusion, labels);
  }

  @Test
  void theWeightByInclusionMultipliesThatOfTheBand() {
    Band band = new Band(ONE, ONE, Freshness.ANY, 0, 1, 1, 2, true);
    BandFilter filter = new BandFilter(0, List.of(band), List.of(), 1);
    byte threeOfFour = InclusionWeight.code(4, 3, InclusionWeight.atMost(10));

    int plain = filter.select(7, ONE, true, InclusionWeight.ONE, Traits.NO_LABEL);
    int more = filter.select(7, ONE, true, threeOfFour, Traits.NO_LABEL);

    assertThat(filter.weights()[plain]).isEqualTo(2);
    assertThat(filter.weights()[more]).isEqualTo(2 * InclusionWeight.decode(threeOfFour));
  }

  @Test
  void aTopUpTakesItsShareOfWhatTheBandsLeaveOfItsClass() {
    BandFilter filter =
        new BandFilter(3, List.of(Band.of(ONE, ONE, 0.5, 4)), List.of(new TopUp(1, 0.4)), 5);
    int[] selected = new int[3];
    int samples = 100_000;
    for (int id = 0; id < samples; id++) {
      for (char label = 0; label < 3; label++) {
        selected[label] += filter.select(id, ONE, true, (byte) 0, label) >= 0 ? 1 : 0;
      }
      assertThat(filter.select(id, DifficultyCode.ABSENT, true, (byte) 0, (char) 1)).isNegative();
    }

    // Binomial: five deviations of at most 158.
    assertThat(selected[0]).isCloseTo(samples / 2, within(790));
    assertThat(selected[1]).isCloseTo((int) (0.7 * samples), within(790));
    assertThat(selected[2]).isEqualTo(selected[0]);
  }

  /** Up to six bands that overlap in every way. */
  private static List<Band> randomBands(Random random) {
    return Stream.generate(() -> randomBand(random)).limit(random.nextInt(7)).toList();
  }

  private static Band randomBand(Random random) {
    int lower = ONE + random.nextInt(50);
    double from = random.nextInt(4) / 5.0;
    boolean split = random.nextBoolean();
    return new Band(
        lower,
        lower + random.nextInt(20),
        FRESHNESS.get(random.nextInt(3)),
        split ? from : 0,
        split ? from + 0.2 : 1,
        random.nextInt(5) / 4.0,
        new float[] {0.5f, 1, 2, 10}[random.nextInt(4)],
        random.nextInt(4) == 0);
  }

  /** The weight of a sample, 0 if it is not selected, straight from the definition of a band. */
  private static float weight(SelectionPlan plan, long seed, long id, int code, boolean fresh) {
    for (Band band : plan.bands()) {
      boolean inCodes = code >= band.lowerCode() && code <= band.upperCode();
      boolean inFreshness =
          switch (band.freshness()) {
            case ANY -> true;
            case FRESH -> fresh;
            case STALE -> !fresh;
          };
      long split = KeepHash.split(seed, id);
      boolean inSplit = !below(split, band.splitFrom()) && below(split, band.splitTo());
      if (inCodes && inFreshness && inSplit) {
        return below(KeepHash.keep(seed, plan.epoch(), id), band.keep()) ? band.weight() : 0;
      }
    }
    return 0;
  }

  private static boolean below(long hash, double probability) {
    return Long.compareUnsigned(hash, KeepHash.threshold(probability)) < 0;
  }

  @Test
  void weightsAreDistinctAndAscendAndHaveOne() {
    Band base = Band.of(ONE, ONE, 0.5, 2);

    assertThat(new BandFilter(plan(0, List.of()), 1).weights()).containsExactly(1);
    assertThat(
            new BandFilter(plan(0, List.of(base, base, Band.of(ONE, ONE, 1, 0.5f))), 1).weights())
        .containsExactly(0.5f, 1, 2);
  }

  @Test
  void unseenSamplesAreAlwaysSelectedAndAbsentOnesNever() {
    for (List<Band> bands :
        List.of(
            List.<Band>of(),
            List.of(Band.everywhere(1)),
            List.of(Band.everywhere(0)),
            List.of(Band.of(DifficultyCode.MIN, DifficultyCode.MAX, 0.1, 10)))) {
      BandFilter filter = new BandFilter(plan(3, bands), 1);
      for (int id = 0; id < 1000; id++) {
        int unseen = filter.select(id, DifficultyCode.UNSEEN, false);
        assertThat(filter.weights()[unseen]).isEqualTo(1);
        assertThat(filter.select(id, DifficultyCode.ABSENT, false)).isEqualTo(-1);
      }
    }
  }

  @Test
  void bandsReachTheEndsOfTheirIntervals() {
    BandFilter all = new BandFilter(plan(0, List.of(Band.everywhere(1))), 1);
    for (int code = DifficultyCode.MIN; code <= DifficultyCode.MAX; code++) {
      assertThat(all.select(code, code, true)).isZero();
    }
    assertThat(all.select(1, DifficultyCode.MIN - 1, true)).isEqualTo(-1);
    assertThat(all.select(1, DifficultyCode.MAX + 1, true)).isEqualTo(-1);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> all.select(1, 0x10000, true));
  }

  @Test
  void aSetaSelectionHasTheSizeThatItsPlanPromises() {
    SparseHistogram losses = TestingHistograms.logNormal(200_000, 12);
    SelectionSettings settings =
        new SelectionSettings(PolicyKind.SETA, 10, 0.5, 0.3, 0.85, 20, 13, Limits.NONE);
    SelectionPlan plan = TestingPlans.plan(2, losses, 0, settings);
    BandFilter filter = new BandFilter(plan, settings.seed());
    long selected = 0;
    long id = 0;
    for (int i = 0; i < losses.distinct(); i++) {
      for (long j = 0; j < losses.counts()[i]; j++) {
        selected += filter.select(id++, losses.codes()[i], true) >= 0 ? 1 : 0;
      }
    }

    long inWindow = plan.clusters().subList(2, 7).stream().mapToLong(Cluster::size).sum();
    // Binomial: five deviations are exceeded once in 1.7 million.
    assertThat((double) selected)
        .isCloseTo(0.7 * inWindow, within(5 * Math.sqrt(inWindow * 0.7 * 0.3)));
  }

  @Test
  void groupsOfEqualDifficultiesStayTheSameWhileTheWindowSlides() {
    // Two groups and a window of one: each selection takes exactly what the one before left out.
    SelectionSettings settings =
        new SelectionSettings(PolicyKind.SETA, 2, 0.5, 0, 1, 20, 14, Limits.NONE);
    SparseHistogram equal = TestingHistograms.equal(1, 1000);
    boolean[][] selected = new boolean[5][1000];
    for (int epoch = 1; epoch < 5; epoch++) {
      SelectionPlan plan = TestingPlans.plan(epoch, equal, 0, settings);
      BandFilter filter = new BandFilter(plan, settings.seed());
      for (int id = 0; id < 1000; id++) {
        selected[epoch][id] = filter.select(id, ONE, true) >= 0;
      }
    }

    assertThat(selected[3]).isEqualTo(selected[1]);
    assertThat(selected[4]).isEqualTo(selected[2]);
    assertThat(IntStream.range(0, 1000)).allMatch(id -> selected[1][id] != selected[2][id]);
  }

  private static SelectionPlan plan(int epoch, List<Band> bands) {
    return new SelectionPlan(
        epoch, PolicyKind.FULL, 0, 0, Window.all(0), false, List.of(), bands, List.of(), 0);
  }
}
