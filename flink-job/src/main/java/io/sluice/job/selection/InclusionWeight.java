package io.sluice.job.selection;

import java.util.Arrays;

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

  /** The least weight of each code but the first. A code is looked up for each sample. */
  private static final double[] LEAST = new double[CODES - 1];

  static {
    for (int code = 1; code < CODES; code++) {
      LEAST[code - 1] = powerOfTwo(code - 0.5);
    }
  }

  private InclusionWeight() {}

  /**
   * Returns the code of a sample's weight.
   *
   * @param possible selections that it could have been in, at least {@code times}
   * @param times selections that it was in, at least 1
   * @param cap code of the greatest weight, see {@link #atMost}
   */
  public static byte code(int possible, int times, byte cap) {
    if (possible == times) {
      return ONE;
    }
    int found = Arrays.binarySearch(LEAST, (double) possible / times);
    int code = found >= 0 ? found + 1 : -found - 1;
    return (byte) Math.min(code, cap & 0xFF);
  }

  /** Returns the code of the greatest weight that is not above a cap of at least 1. */
  public static byte atMost(double cap) {
    int code = CODES - 1;
    while (code > 0 && decode(code) > cap) {
      code--;
    }
    return (byte) code;
  }

  /** Returns the weight that a code, taken as unsigned, stands for. */
  public static float decode(int code) {
    return (float) powerOfTwo(code & 0xFF);
  }

  /** Math.pow may differ in the last bit between machines, and a weight has to be the same. */
  private static double powerOfTwo(double steps) {
    return StrictMath.pow(2, steps / STEPS);
  }
}
