package io.sluice.job.selection;

/**
 * A difficulty as 16 bits: an IEEE 754 binary16 mapped to an unsigned ordinal with the same order.
 *
 * <p>The half with magnitude bits {@code m} becomes {@code 0x8000 + m} if it is positive and {@code
 * 0x7FFF - m} if it is negative; -0 counts as +0, so {@code 0x7FFF} is never produced. Rounding is
 * half to even; what is beyond the largest half, 65504, becomes it.
 */
public final class DifficultyCode {
  /** There is no such sample. */
  public static final char ABSENT = 0x0000;

  /** The sample is known but has no loss yet. */
  public static final char UNSEEN = 0xFFFF;

  /** The least code of a finite difficulty, -65504. */
  public static final char MIN = 0x0400;

  /** The greatest code of a finite difficulty, 65504. */
  public static final char MAX = 0xFBFF;

  /** The code of a difficulty of 0. */
  static final int ZERO = 0x8000;

  private static final int MAX_MAGNITUDE = 0x7BFF;
  private static final int FLOAT_INFINITY = 0x7F800000;

  /** The float 2^-14, the least normal half. */
  private static final int FLOAT_LEAST_NORMAL = 0x38800000;

  /** What the bits of a float's exponent have over those of a half, at the float's place. */
  private static final int EXPONENT_OFFSET = (127 - 15) << 23;

  private static final int HALF_LEAST_NORMAL = 0x0400;

  private DifficultyCode() {}

  /**
   * Returns the code of the half nearest to a value.
   *
   * @throws IllegalArgumentException if the value is NaN or infinite
   */
  public static char encode(float finite) {
    int bits = Float.floatToRawIntBits(finite);
    int absolute = bits & 0x7FFFFFFF;
    if (absolute >= FLOAT_INFINITY) {
      throw new IllegalArgumentException("a difficulty is a finite number, not " + finite);
    }
    int magnitude;
    if (absolute < FLOAT_LEAST_NORMAL) {
      // Between 0.5 and 1 floats lie 2^-24 apart, as subnormal halves do: the addition rounds.
      magnitude =
          Float.floatToRawIntBits(Float.intBitsToFloat(absolute) + 0.5f)
              - Float.floatToRawIntBits(0.5f);
    } else {
      int odd = (absolute >>> 13) & 1;
      magnitude = Math.min((absolute - EXPONENT_OFFSET + 0xFFF + odd) >>> 13, MAX_MAGNITUDE);
    }
    int negative = (bits >> 31) & (-magnitude >> 31); // all ones below zero, but not for -0
    return (char) (ZERO + (magnitude ^ negative));
  }

  /**
   * Returns the difficulty that a code stands for.
   *
   * @throws IllegalArgumentException if the code is not of a finite difficulty
   */
  public static float decode(int code) {
    requireFinite(code);
    int offset = code - ZERO;
    int negative = offset >> 31;
    int magnitude = offset ^ negative;
    float absolute =
        magnitude < HALF_LEAST_NORMAL
            ? magnitude * 0x1p-24f
            : Float.intBitsToFloat((magnitude << 13) + EXPONENT_OFFSET);
    return negative == 0 ? absolute : -absolute;
  }

  static void requireFinite(int code) {
    if (code < MIN || code > MAX) {
      throw new IllegalArgumentException(
          "0x%04X is not the code of a finite difficulty (0x%04X to 0x%04X)"
              .formatted(code, (int) MIN, (int) MAX));
    }
  }
}
