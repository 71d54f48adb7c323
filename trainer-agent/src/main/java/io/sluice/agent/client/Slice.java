package io.sluice.agent.client;

/** The samples that one rank trains on in one epoch, in training order. */
public final class Slice {

  private final int epoch;
  private final int rank;
  private final long[] ids;
  private final float[] weights;

  Slice(int epoch, int rank, long[] ids, float[] weights) {
    this.epoch = epoch;
    this.rank = rank;
    this.ids = ids;
    this.weights = weights;
  }

  public int size() {
    return ids.length;
  }

  /** Sample ids; not to be changed. */
  public long[] ids() {
    return ids;
  }

  /** Factors for the samples' losses, one per id; null when all are 1; not to be changed. */
  public float[] weights() {
    return weights;
  }

  /**
   * The same samples in a random order, a function of seed, epoch and rank alone.
   *
   * @param seed the run's seed
   */
  public Slice shuffled(long seed) {
    long[] shuffledIds = ids.clone();
    float[] shuffledWeights = weights == null ? null : weights.clone();
    Random random = new Random(seed, epoch, rank);
    for (int i = shuffledIds.length - 1; i > 0; i--) {
      int j = random.below(i + 1);
      long id = shuffledIds[i];
      shuffledIds[i] = shuffledIds[j];
      shuffledIds[j] = id;
      if (shuffledWeights != null) {
        float weight = shuffledWeights[i];
        shuffledWeights[i] = shuffledWeights[j];
        shuffledWeights[j] = weight;
      }
    }
    return new Slice(epoch, rank, shuffledIds, shuffledWeights);
  }

  /** SplitMix64 (Steele, Lea and Flood 2014), written out so that no JDK changes the order. */
  private static final class Random {
    private long state;

    Random(long seed, int epoch, int rank) {
      state = mix(mix(mix(seed) + epoch) + rank);
    }

    /** Evenly from 0 to bound - 1, up to a bias of 2^-32. */
    int below(int bound) {
      state += 0x9E3779B97F4A7C15L;
      return (int) Math.multiplyHigh(mix(state) >>> 1, 2L * bound);
    }

    private static long mix(long value) {
      long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      return z ^ (z >>> 31);
    }
  }
}
