package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KMeans1DTest {
  @Test
  void isAsGoodAsTheBestOfAllPartitions() {
    Random random = new Random(4);
    for (int i = 0; i < 2000; i++) {
      SparseHistogram histogram = small(random);
      for (int k = 1; k <= 5; k++) {
        List<Cluster> clusters = KMeans1D.cluster(histogram, k);
        double best = bestCost(histogram, 0, Math.min(k, histogram.distinct()));
        assertThat(cost(histogram, clusters))
            .as("%s in %d", Arrays.toString(histogram.codes()), k)
            .isCloseTo(best, within(1e-9 * Math.max(best, Double.MIN_NORMAL)));
      }
    }
  }

  @Test
  void outliersDoNotBlurTheRest() {
    Random random = new Random(15);
    for (int i = 0; i < 500; i++) {
      Histogram histogram = new Histogram();
      random.doubles(7, 0.001, 0.003).forEach(x -> histogram.add(TestingHistograms.of(x)));
      SparseHistogram easy = histogram.toSparse();
      histogram.add(TestingHistograms.of(65504));
      if (i % 2 == 0) {
        histogram.add(TestingHistograms.of(-65504));
      }
      int outliers = i % 2 == 0 ? 2 : 1;

      double best = bestCost(easy, 0, 3);
      List<Cluster> clusters = KMeans1D.cluster(histogram.toSparse(), 3 + outliers);

      assertThat(cost(histogram.toSparse(), clusters)).isCloseTo(best, within(1e-9 * best));
    }
  }

  /** Up to ten different difficulties: anywhere, only positive, or close to one another. */
  private static SparseHistogram small(Random random) {
    int distinct = 1 + random.nextInt(10);
    int[] range =
        switch (random.nextInt(3)) {
          case 0 -> new int[] {DifficultyCode.MIN, DifficultyCode.MAX};
          case 1 -> new int[] {0x8000, 0xC800};
          default -> new int[] {0xBC00, 0xBC10};
        };
    int[] codes = random.ints(range[0], range[1]).distinct().limit(distinct).sorted().toArray();
    long[] counts = random.longs(distinct, 1, random.nextBoolean() ? 4 : 100_000).toArray();
    return new SparseHistogram(new String(codes, 0, distinct).toCharArray(), counts);
  }

  /** Tries every way to cut the values from {@code from} on into k runs. */
  private static double bestCost(SparseHistogram histogram, int from, int k) {
    int n = histogram.distinct();
    if (k == 1) {
      return costOfRun(histogram, from, n);
    }
    double best = Double.POSITIVE_INFINITY;
    for (int cut = from + 1; cut <= n - k + 1; cut++) {
      best = Math.min(best, costOfRun(histogram, from, cut) + bestCost(histogram, cut, k - 1));
    }
    return best;
  }

  private static double costOfRun(SparseHistogram histogram, int from, int to) {
    double weight = 0;
    double mean = 0;
    for (int i = from; i < to; i++) {
      weight += histogram.counts()[i];
      mean += histogram.counts()[i] * value(histogram, i);
    }
    mean /= weight;
    double cost = 0;
    for (int i = from; i < to; i++) {
      cost += histogram.counts()[i] * square(value(histogram, i) - mean);
    }
    return cost;
  }

  static Stream<SparseHistogram> histograms() {
    return Stream.of(
        TestingHistograms.equal(1.5, 1),
        TestingHistograms.equal(0, 12_345),
        TestingHistograms.of(1, 2),
        TestingHistograms.of(3, 3, 3, 1, 1, 7, 7, 7, 7),
        heavyTies(),
        TestingHistograms.bins(5000, 5),
        TestingHistograms.logNormal(1_000_000, 6));
  }

  /** A zero loss for nearly all, and a few large ones. */
  private static SparseHistogram heavyTies() {
    Histogram histogram = new Histogram();
    histogram.add(TestingHistograms.equal(0, 1_000_000_000_000L));
    histogram.add(TestingHistograms.of(1e-7, 0.5, 0.5, 2, 65504, -3));
    return histogram.toSparse();
  }

  @ParameterizedTest
  @MethodSource("histograms")
  void partitionsTheSamplesEasyToHard(SparseHistogram histogram) {
    for (int k : new int[] {1, 2, 3, 10, 64}) {
      List<Cluster> clusters = KMeans1D.cluster(histogram, k);

      assertThat(clusters).hasSize(Math.min(k, histogram.distinct()));
      assertThat(clusters.stream().mapToLong(Cluster::size).sum()).isEqualTo(histogram.total());
      int below = -1;
      for (Cluster cluster : clusters) {
        assertThat(cluster.lowerCode()).isGreaterThan(below);
        assertThat(cluster.upperCode()).isGreaterThanOrEqualTo(cluster.lowerCode());
        assertThat(histogram.codes())
            .contains((char) cluster.lowerCode(), (char) cluster.upperCode());
        assertThat(histogram.between(cluster.lowerCode(), cluster.upperCode()).total())
            .isEqualTo(cluster.size());
        assertThat(cluster.center())
            .isBetween(
                (double) DifficultyCode.decode(cluster.lowerCode()),
                (double) DifficultyCode.decode(cluster.upperCode()));
        below = cluster.upperCode();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("histograms")
  void isNoWorseThanLloydsIterationsAndGainsByEveryCluster(SparseHistogram histogram) {
    double before = Double.POSITIVE_INFINITY;
    for (int k = 1; k <= 12; k++) {
      double cost = cost(histogram, KMeans1D.cluster(histogram, k));
      assertThat(cost).isLessThanOrEqualTo(before);
      assertThat(cost).isLessThanOrEqualTo(costOfLloyd(histogram, k) * (1 + 1e-9));
      before = cost;
    }
  }

  /** Lloyd's iterations from centres at the quantiles. */
  private static double costOfLloyd(SparseHistogram histogram, int k) {
    double[] centers = new double[k];
    for (int c = 0; c < k; c++) {
      centers[c] = quantile(histogram, (c + 0.5) / k);
    }
    double cost = Double.POSITIVE_INFINITY;
    for (int iteration = 0; iteration < 100; iteration++) {
      double[] weights = new double[k];
      double[] sums = new double[k];
      double next = 0;
      for (int i = 0; i < histogram.distinct(); i++) {
        double x = value(histogram, i);
        int nearest = 0;
        for (int c = 1; c < k; c++) {
          if (Math.abs(x - centers[c]) < Math.abs(x - centers[nearest])) {
            nearest = c;
          }
        }
        weights[nearest] += histogram.counts()[i];
        sums[nearest] += histogram.counts()[i] * x;
        next += histogram.counts()[i] * square(x - centers[nearest]);
      }
      if (next >= cost) {
        break;
      }
      cost = next;
      for (int c = 0; c < k; c++) {
        centers[c] = weights[c] == 0 ? centers[c] : sums[c] / weights[c];
      }
    }
    return cost;
  }

  private static double quantile(SparseHistogram histogram, double fraction) {
    double left = fraction * histogram.total();
    for (int i = 0; i < histogram.distinct(); i++) {
      left -= histogram.counts()[i];
      if (left <= 0) {
        return value(histogram, i);
      }
    }
    return value(histogram, histogram.distinct() - 1);
  }

  @Test
  void findsObviousGroups() {
    SparseHistogram histogram = TestingHistograms.of(0, 1, 1, 2, 100, 104, 1000);

    assertThat(KMeans1D.cluster(histogram, 3))
        .containsExactly(
            new Cluster(code(0), code(2), 4, 1),
            new Cluster(code(100), code(104), 2, 102),
            new Cluster(code(1000), code(1000), 1, 1000));
  }

  @Test
  void aTieGoesToTheHarderCluster() {
    assertThat(KMeans1D.cluster(TestingHistograms.of(-1, 0, 1), 2))
        .containsExactly(
            new Cluster(code(-1), code(-1), 1, -1), new Cluster(code(0), code(1), 2, 0.5));
  }

  @Test
  void takesEveryFiniteBin() {
    SparseHistogram all = TestingHistograms.bins(63_487, 7);

    List<Cluster> clusters = KMeans1D.cluster(all, 256);

    assertThat(clusters).hasSize(256);
    assertThat(clusters.stream().mapToLong(Cluster::size).sum()).isEqualTo(all.total());
    assertThat(clusters).isEqualTo(KMeans1D.cluster(all, 256));
  }

  @Test
  void nothingHasNoClusters() {
    assertThat(KMeans1D.cluster(SparseHistogram.empty(), 10)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void refusesToMakeNoClusters(int k) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KMeans1D.cluster(TestingHistograms.of(1, 2), k));
  }

  private static double cost(SparseHistogram histogram, List<Cluster> clusters) {
    double cost = 0;
    int c = 0;
    for (int i = 0; i < histogram.distinct(); i++) {
      while (histogram.codes()[i] > clusters.get(c).upperCode()) {
        c++;
      }
      cost += histogram.counts()[i] * square(value(histogram, i) - clusters.get(c).center());
    }
    return cost;
  }

  private static double value(SparseHistogram histogram, int i) {
    return DifficultyCode.decode(histogram.codes()[i]);
  }

  private static int code(float value) {
    return DifficultyCode.encode(value);
  }

  private static double square(double x) {
    return x * x;
  }
}
