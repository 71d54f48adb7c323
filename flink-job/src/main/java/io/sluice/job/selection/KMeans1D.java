package io.sluice.job.selection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Exact k-means in one dimension: dynamic programming over sorted, weighted values (Wang and Song,
 * "Ckmeans.1d.dp", The R Journal 3/2, 2011).
 *
 * <p>Layer j holds, for every prefix of the values, the least sum of squared distances to the
 * centres that j clusters can reach. The place where the last cluster of a prefix best starts never
 * moves left as the prefix grows, so a layer is filled by divide and conquer in O(n log n). For
 * backtracking, the starts of all but the first and the last layer are kept: 2nk bytes.
 *
 * <p>Tie rule: of starts that are equally good in double arithmetic the leftmost one is taken, so
 * the harder cluster is the larger one.
 */
public final class KMeans1D {
  private final int n;
  // Running sums up to before value i, whose differences are the sums over any run of values. They
  // are taken outwards from the median, of values shifted by it: so a large outlier, which would
  // drown small differences in rounding errors, is only in the sums beyond it.
  private final double[] weight;
  private final double[] sum;
  private final double[] squares;

  private double[] previous; // least cost of the prefix that ends before i, one cluster fewer
  private double[] current;

  private KMeans1D(SparseHistogram histogram) {
    n = histogram.distinct();
    char[] codes = histogram.codes();
    long[] counts = histogram.counts();
    weight = new double[n + 1];
    sum = new double[n + 1];
    squares = new double[n + 1];
    int origin = median(histogram);
    double shift = n == 0 ? 0 : DifficultyCode.decode(codes[origin]);
    for (int i = origin; i < n; i++) {
      double x = DifficultyCode.decode(codes[i]) - shift;
      weight[i + 1] = weight[i] + counts[i];
      sum[i + 1] = sum[i] + counts[i] * x;
      squares[i + 1] = squares[i] + counts[i] * x * x;
    }
    for (int i = origin - 1; i >= 0; i--) {
      double x = DifficultyCode.decode(codes[i]) - shift;
      weight[i] = weight[i + 1] - counts[i];
      sum[i] = sum[i + 1] - counts[i] * x;
      squares[i] = squares[i + 1] - counts[i] * x * x;
    }
    previous = new double[n + 1];
    current = new double[n + 1];
  }

  /**
   * Finds the k clusters with the least sum of squared distances to their centres.
   *
   * @return the clusters from easy to hard; as many as there are different difficulties if those
   *     are fewer than k
   * @throws IllegalArgumentException if k is not positive
   */
  public static List<Cluster> cluster(SparseHistogram histogram, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k-means needs at least one cluster, not " + k);
    }
    int[] starts = new KMeans1D(histogram).starts(Math.min(k, histogram.distinct()));
    List<Cluster> clusters = new ArrayList<>(starts.length);
    for (int c = 0; c < starts.length; c++) {
      int to = c + 1 < starts.length ? starts[c + 1] : histogram.distinct();
      clusters.add(clusterOf(histogram, starts[c], to));
    }
    return Collections.unmodifiableList(clusters);
  }

  /** Returns the place of the value that the middle sample has. */
  private static int median(SparseHistogram histogram) {
    long left = histogram.total() / 2;
    int i = 0;
    while (i + 1 < histogram.distinct() && left >= histogram.counts()[i]) {
      left -= histogram.counts()[i++];
    }
    return i;
  }

  /** Returns where each of the k best clusters starts. */
  private int[] starts(int k) {
    int[] starts = new int[k];
    if (k < 2) {
      return starts;
    }
    for (int end = 1; end <= n; end++) {
      current[end] = cost(0, end);
    }
    // A prefix of j clusters has at least j values and leaves one for each cluster to come.
    char[][] best = new char[k][];
    for (int layer = 2; layer < k; layer++) {
      swapLayers();
      int firstEnd = layer;
      int lastEnd = n - (k - layer);
      best[layer] = new char[lastEnd - firstEnd + 1];
      fill(layer, firstEnd, lastEnd, layer - 1, lastEnd - 1, best[layer]);
    }
    swapLayers();
    starts[k - 1] = bestStart(n, k - 1, n - 1);
    for (int layer = k - 1; layer >= 2; layer--) {
      starts[layer - 1] = best[layer][starts[layer] - layer];
    }
    return starts;
  }

  private void swapLayers() {
    double[] reused = previous;
    previous = current;
    current = reused;
  }

  /** Fills the ends from..to of a layer, whose best starts are known to lie in low..high. */
  private void fill(int layer, int from, int to, int low, int high, char[] best) {
    if (from > to) {
      return;
    }
    int middle = (from + to) >>> 1;
    int start = bestStart(middle, low, Math.min(high, middle - 1));
    best[middle - layer] = (char) start;
    current[middle] = previous[start] + cost(start, middle);
    fill(layer, from, middle - 1, low, start, best);
    fill(layer, middle + 1, to, start, high, best);
  }

  /** Returns the leftmost of the best starts in low..high for a last cluster that ends at end. */
  private int bestStart(int end, int low, int high) {
    int best = low;
    double least = Double.POSITIVE_INFINITY;
    for (int start = low; start <= high; start++) {
      double cost = previous[start] + cost(start, end);
      if (cost < least) {
        least = cost;
        best = start;
      }
    }
    return best;
  }

  /** Returns the sum of squared distances to their mean of the values from..to-1. */
  private double cost(int from, int to) {
    double s = sum[to] - sum[from];
    return squares[to] - squares[from] - s * s / (weight[to] - weight[from]);
  }

  private static Cluster clusterOf(SparseHistogram histogram, int from, int to) {
    long size = 0;
    for (int i = from; i < to; i++) {
      size += histogram.counts()[i];
    }
    int lower = histogram.codes()[from];
    int upper = histogram.codes()[to - 1];
    // Rounding must not carry the mean out of the interval.
    double center =
        Math.max(
            DifficultyCode.decode(lower),
            Math.min(DifficultyCode.decode(upper), mean(histogram, from, to)));
    return new Cluster(lower, upper, size, center);
  }

  private static double mean(SparseHistogram histogram, int from, int to) {
    double weight = 0;
    double sum = 0;
    for (int i = from; i < to; i++) {
      weight += histogram.counts()[i];
      sum += (double) histogram.counts()[i] * DifficultyCode.decode(histogram.codes()[i]);
    }
    return weight == 0 ? 0 : sum / weight;
  }
}
