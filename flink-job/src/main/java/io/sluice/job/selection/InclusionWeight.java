package io.sluice.job.selection;

/**
 * The weight that makes up for how often a sample was left out: the number of selections it could
 * have been in, over the number that it was in, this one included (RePB's cumulative temporal
 * rescaling). It is coded as a byte, in sixteenths of an octave, so that it is at most 2.2 % off
 * and selected samples share few weights.
 */
public final class InclusionWeight {

  /** The weight 1, of a sample that was in every selection. */
  public static final byte ONE = 0;

  static final int CODES = 256;

  private static final int STEPS = 16;

  private InclusionWeight() {}

  /**
   * Returns the code of a sample's weight.
   *
   * @param possible selections that it could have been in, at least {@code times}
   * @param times selections that it was in, at least 1
   * @param greatest cap on the weight, at least 1
   */
  public static byte code(int possible, int times, double greatest) {
    double weight = Math.min((double) possible / times, greatest);
    // Math.log may differ in the last bit between machines, and a weight has to be the same.
    long steps = Math.round(STEPS * StrictMath.log(weight) / StrictMath.log(2));
    while (steps > 0 && decode((int) steps) > greatest) {
      steps--;
    }
    return (byte) Math.max(0, Math.min(CODES - 1, steps));
  }

  /** Returns the weight that a code, taken as unsigned, stands for. */
  public static float decode(int code) {
    return (float) StrictMath.pow(2, (code & 0xFF) / (double) STEPS);
  }
}
