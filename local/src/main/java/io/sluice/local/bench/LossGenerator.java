package io.sluice.local.bench;

/**
 * Losses of a training that goes through a dataset in a random order, made up as they are needed. A
 * function of the seed alone.
 */
final class LossGenerator {

  private static final int TABLE_BITS = 14;

  /** Quantiles of a lognormal distribution, which losses resemble: many small, few large. */
  private static final float[] LOSSES = lognormal(1 << TABLE_BITS);

  private final long samples;
  private final long seed;
  private final long mask;
  private final int shift;
  private long place;

  /**
   * @param samples number of sample ids, from 0
   */
  LossGenerator(long samples, long seed) {
    this.samples = samples;
    this.seed = seed;
    int bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(samples - 1));
    this.mask = (1L << bits) - 1;
    this.shift = (bits + 1) / 2;
  }

  /** Fills both arrays with the next losses; after each sample once, all of them come again. */
  void next(long[] ids, float[] losses) {
    for (int i = 0; i < ids.length; i++) {
      long id;
      do {
        id = scatter(place++ & mask);
      } while (id >= samples);
      ids[i] = id;
      losses[i] = LOSSES[(int) ((place * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - TABLE_BITS))];
    }
  }

  /** A permutation of the numbers up to the mask: each step can be undone. */
  private long scatter(long x) {
    x = (x ^ seed) & mask;
    x = (x * 0xD1342543DE82EF95L) & mask;
    x ^= x >>> shift;
    x = (x * 0xAF251AF3B0F025B5L) & mask;
    x ^= x >>> shift;
    return (x * 0x9E3779B97F4A7C15L) & mask;
  }

  private static float[] lognormal(int size) {
    float[] quantiles = new float[size];
    for (int i = 0; i < size; i++) {
      double p = (i + 0.5) / size;
      // The logistic distribution, so scaled, stands in for the normal one.
      double normal = Math.log(p / (1 - p)) / 1.702;
      quantiles[i] = (float) Math.exp(0.8 * normal - 1);
    }
    return quantiles;
  }
}
