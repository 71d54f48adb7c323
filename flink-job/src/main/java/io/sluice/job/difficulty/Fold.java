package io.sluice.job.difficulty;

/**
 * The arithmetic of an epoch's close. Without a branch: which samples were measured is random, so
 * the processor could not predict it. A mask is all ones where a value is missing, and chooses
 * between two values bit by bit.
 */
final class Fold {

  private static final int FLOAT_INFINITY = 0x7F800000;

  private Fold() {}

  /**
   * Tells which samples were measured.
   *
   * @param current losses; NaN where a sample was not measured
   * @param fresh takes a bit per sample
   */
  static void markMeasured(float[] current, long[] fresh) {
    for (int word = 0; word < fresh.length; word++) {
      long bits = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        bits |= (Float.isNaN(current[word * Long.SIZE + bit]) ? 0L : 1L) << bit;
      }
      fresh[word] = bits;
    }
  }

  /**
   * Takes losses into difficulties: d ← d + β(loss − d), a first loss as it is.
   *
   * @param current losses; NaN where a sample was not measured
   * @param committed difficulties, which change; NaN where a sample has none
   * @param smoothing β, above 0 to 1
   * @param fresh takes a bit per sample: whether it was measured
   */
  static void commit(float[] current, float[] committed, float smoothing, long[] fresh) {
    for (int word = 0; word < fresh.length; word++) {
      long bits = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        int slot = word * Long.SIZE + bit;
        float loss = current[slot];
        float difficulty = committed[slot];
        int lossBits = Float.floatToRawIntBits(loss);
        int difficultyBits = Float.floatToRawIntBits(difficulty);
        int moved = lossBits;
        if (smoothing != 1) {
          float towards = difficulty + smoothing * (loss - difficulty);
          if (Math.abs(towards) > Float.MAX_VALUE) { // the difference of two huge numbers
            towards = (float) (difficulty + (double) smoothing * ((double) loss - difficulty));
          }
          moved = choose(missing(difficultyBits), lossBits, Float.floatToRawIntBits(towards));
        }
        int unmeasured = missing(lossBits);
        committed[slot] = Float.intBitsToFloat(choose(unmeasured, difficultyBits, moved));
        bits |= (unmeasured + 1L) << bit;
      }
      fresh[word] = bits;
    }
  }

  /** All ones for the bits of a NaN, else 0. */
  private static int missing(int bits) {
    return (FLOAT_INFINITY - (bits & Integer.MAX_VALUE)) >> (Integer.SIZE - 1);
  }

  private static int choose(int mask, int ifOnes, int ifZeros) {
    return (ifOnes & mask) | (ifZeros & ~mask);
  }
}
