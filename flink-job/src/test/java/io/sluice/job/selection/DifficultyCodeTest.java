package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DifficultyCodeTest {
  /** The magnitudes of all finite halves, from the definition: ordinal m is at place m. */
  private static final double[] MAGNITUDES = new double[0x7C00];

  static {
    for (int m = 0; m < MAGNITUDES.length; m++) {
      int exponent = m >> 10;
      int fraction = m & 0x3FF;
      MAGNITUDES[m] =
          exponent == 0
              ? Math.scalb((double) fraction, -24)
              : Math.scalb((double) (1024 + fraction), exponent - 25);
    }
  }

  @Test
  void everyHalfHasItsOwnCodeInOrder() {
    int finite = 0;
    for (int half = 0; half <= 0xFFFF; half++) {
      int magnitude = half & 0x7FFF;
      if (magnitude >= 0x7C00) {
        continue; // infinite or NaN
      }
      boolean negative = half >= 0x8000;
      float value = (float) (negative ? -MAGNITUDES[magnitude] : MAGNITUDES[magnitude]);
      int code = negative && magnitude > 0 ? 0x7FFF - magnitude : 0x8000 + magnitude;
      assertThat((int) DifficultyCode.encode(value)).as("half %x", half).isEqualTo(code);
      assertThat(DifficultyCode.decode(code)).as("code %x", code).isEqualTo(value + 0f);
      finite++;
    }
    assertThat(finite).isEqualTo(63_488);
    for (int code = DifficultyCode.MIN + 1; code <= DifficultyCode.MAX; code++) {
      if (code != 0x7FFF && code != 0x8000) { // where -0 would be
        assertThat(DifficultyCode.decode(code)).isGreaterThan(DifficultyCode.decode(code - 1));
      }
    }
  }

  @Test
  void roundsToTheNearestAndHalfToEven() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      // Any magnitude that matters: from far below half the least subnormal to beyond the largest.
      float value = Math.scalb(1 + random.nextFloat(), random.nextInt(50) - 32);
      check(random.nextBoolean() ? value : -value);
    }
    for (int i = 0; i < 10_000; i++) {
      check(Float.intBitsToFloat(random.nextInt(0x00800000))); // subnormal floats
    }
  }

  @Test
  void roundsTiesAndTheirNeighbours() {
    for (int m = 0; m + 1 < MAGNITUDES.length; m++) {
      float tie = (float) ((MAGNITUDES[m] + MAGNITUDES[m + 1]) / 2);
      check(tie);
      check(-tie);
      check(Math.nextUp(tie));
      check(Math.nextDown(tie));
    }
  }

  private static void check(float value) {
    int magnitude = nearest(new BigDecimal(Math.abs(value)));
    int expected = value < 0 && magnitude > 0 ? 0x7FFF - magnitude : 0x8000 + magnitude;
    int code = DifficultyCode.encode(value);
    if (code != expected) { // an assertion object for each of so many values takes minutes
      assertThat(code).as("code of %s", value).isEqualTo(expected);
    }
  }

  private static int nearest(BigDecimal magnitude) {
    int at = Arrays.binarySearch(MAGNITUDES, magnitude.doubleValue()); // floats are exact doubles
    if (at >= 0) {
      return at;
    }
    int above = -at - 1;
    if (above == MAGNITUDES.length) {
      return MAGNITUDES.length - 1;
    }
    BigDecimal down = magnitude.subtract(new BigDecimal(MAGNITUDES[above - 1]));
    BigDecimal up = new BigDecimal(MAGNITUDES[above]).subtract(magnitude);
    int order = down.compareTo(up);
    boolean takeAbove = order > 0 || (order == 0 && above % 2 == 0);
    return takeAbove ? above : above - 1;
  }

  @ParameterizedTest
  @CsvSource({
    "65504, 65504",
    "65519.996, 65504",
    "65520, 65504",
    "1e9, 65504",
    "3.4028235e38, 65504",
    "-65520, -65504",
    "-3.4028235e38, -65504",
    "-0.0, 0",
    "1e-40, 0",
    "-1e-40, 0"
  })
  void clampsWhatIsTooLargeAndDropsTheSignOfZero(float value, float expected) {
    assertThat(DifficultyCode.decode(DifficultyCode.encode(value))).isEqualTo(expected);
  }

  @Test
  void endsOfTheFiniteRange() {
    assertThat(DifficultyCode.encode(-65504)).isEqualTo(DifficultyCode.MIN);
    assertThat(DifficultyCode.encode(65504)).isEqualTo(DifficultyCode.MAX);
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
      })
  void refusesWhatIsNotFinite(float value) {
    assertThatIllegalArgumentException().isThrownBy(() -> DifficultyCode.encode(value));
  }

  @ParameterizedTest
  @ValueSource(ints = {DifficultyCode.ABSENT, DifficultyCode.UNSEEN, 0x03FF, 0xFC00, -1, 0x10000})
  void refusesToDecodeWhatIsNoDifficulty(int code) {
    assertThatIllegalArgumentException().isThrownBy(() -> DifficultyCode.decode(code));
  }
}
