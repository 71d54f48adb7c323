package io.sluice.job.selection;

import java.util.Random;

/** Histograms to test with. */
final class TestingHistograms {
  private TestingHistograms() {}

  /** The histogram of some difficulties. */
  static SparseHistogram of(double... difficulties) {
    Histogram histogram = new Histogram();
    for (double difficulty : difficulties) {
      histogram.add(DifficultyCode.encode((float) difficulty));
    }
    return histogram.toSparse();
  }

  /** So many samples of one difficulty. */
  static SparseHistogram equal(double difficulty, long samples) {
    return new SparseHistogram(
        new char[] {DifficultyCode.encode((float) difficulty)}, new long[] {samples});
  }

  /** So many samples whose difficulties are spread as losses are. */
  static SparseHistogram logNormal(int samples, long seed) {
    Histogram histogram = new Histogram();
    for (float loss : TestingLosses.logNormal(samples, seed)) {
      histogram.add(DifficultyCode.encode(loss));
    }
    return histogram.toSparse();
  }

  /** So many different codes, spread over the whole range, with counts from 1 to 1000. */
  static SparseHistogram bins(int distinct, long seed) {
    Random random = new Random(seed);
    char[] codes = new char[distinct];
    long[] counts = new long[distinct];
    for (int i = 0; i < distinct; i++) {
      int range = DifficultyCode.MAX - DifficultyCode.MIN;
      codes[i] = (char) (DifficultyCode.MIN + (long) i * range / Math.max(1, distinct - 1));
      counts[i] = 1L + random.nextInt(1000);
    }
    return new SparseHistogram(codes, counts);
  }
}
