package io.sluice.job.selection;

/**
 * The random numbers behind a selection, as a function of what they are for: no state, no order.
 *
 * <p>Rule of comparison: a hash is an unsigned number below 2^63; an event of probability p happens
 * if the hash is less than {@link #threshold threshold(p)}, compared as unsigned numbers, since the
 * threshold of 1 is 2^63. The values are part of the protocol: a change would change every run.
 */
public final class KeepHash {
  /** 2^64 divided by the golden ratio, made odd: SplitMix64's step. */
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** Where an epoch stands in a stream's key; no epoch is as large. */
  private static final long SPLIT = 1L << 32;

  private static final long TOP_UP = 1L << 33;
  private static final long QUARANTINE = 1L << 34;

  private KeepHash() {}

  /** Returns the hash that decides whether a sample is kept in an epoch. */
  public static long keep(long seed, int epoch, long sampleId) {
    return hash(keepStream(seed, epoch), sampleId);
  }

  /**
   * Returns the hash that divides samples of equal difficulty into groups. It does not depend on
   * the epoch, so that groups stay the same while a window slides over them.
   */
  public static long split(long seed, long sampleId) {
    return hash(splitStream(seed), sampleId);
  }

  /**
   * Returns what a hash has to be less than, unsigned, with the given probability.
   *
   * @throws IllegalArgumentException if the probability is not within 0 and 1
   */
  public static long threshold(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(probability + " is not a probability");
    }
    return probability == 1 ? 1L << 63 : (long) (probability * 0x1p63);
  }

  static long keepStream(long seed, int epoch) {
    return stream(seed, epoch);
  }

  static long splitStream(long seed) {
    return stream(seed, SPLIT);
  }

  static long topUpStream(long seed, int epoch) {
    return stream(seed, TOP_UP + epoch);
  }

  /** Stream of the hash that decides which samples in quarantine a selection measures again. */
  public static long quarantineStream(long seed, int epoch) {
    return stream(seed, QUARANTINE + epoch);
  }

  private static long stream(long seed, long purpose) {
    return mix(mix(seed + GAMMA) + purpose * GAMMA);
  }

  /** Two keyed rounds, so that streams are unrelated and not shifts of one another. */
  public static long hash(long stream, long sampleId) {
    return mix(mix(sampleId * GAMMA + stream) ^ stream) >>> 1;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014; Stafford's variant 13). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
