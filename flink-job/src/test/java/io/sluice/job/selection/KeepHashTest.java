package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeepHashTest {
  private static final int SAMPLES = 1_000_000;

  /** From an implementation of its own, in another language with unbounded integers. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0x32280C163E6C1C26",
    "0, 0, 1, 0x7FF0E17AB3FCA3D1",
    "0, 1, 0, 0x0CAD6A25ACC7F813",
    "1, 0, 0, 0x4E417FA03B7AE925",
    "42, 7, 123456789, 0x1D0B0729C85620C9",
    "-1, 2147483647, 9223372036854775807, 0x20D3EDD0C51A08F7"
  })
  void keepNeverChanges(long seed, int epoch, long sampleId, long hash) {
    assertThat(KeepHash.keep(seed, epoch, sampleId)).isEqualTo(hash);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0x02FF6037B64628EE",
    "0, 1, 0x492228BE87AA299C",
    "42, 123456789, 0x1CA51AA37F1509C8",
    "-1, 9223372036854775807, 0x2DD2C24B52333B71"
  })
  void splitNeverChanges(long seed, long sampleId, long hash) {
    assertThat(KeepHash.split(seed, sampleId)).isEqualTo(hash);
  }

  @Test
  void thresholdsAreExact() {
    assertThat(KeepHash.threshold(0)).isZero();
    assertThat(KeepHash.threshold(0.5)).isEqualTo(1L << 62);
    assertThat(KeepHash.threshold(Math.nextDown(1.0))).isEqualTo(Long.MAX_VALUE - 1023);
    assertThat(KeepHash.threshold(1)).isEqualTo(1L << 63);
    // So even the greatest hash passes at probability 1, and not even the least at 0.
    assertThat(Long.compareUnsigned(Long.MAX_VALUE, KeepHash.threshold(1))).isNegative();
    assertThat(Long.compareUnsigned(0, KeepHash.threshold(0))).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesWhatIsNoProbability(double probability) {
    assertThatIllegalArgumentException().isThrownBy(() -> KeepHash.threshold(probability));
  }

  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.5, 1", "0.9, 1", "0.5, 128", "0.3, 4294967296", "0.001, 1"})
  void keepsTheGivenFractionOfAnyRun(double probability, long stride) {
    assertFraction(probability, i -> kept(7, 3, i * stride, probability));
    assertFraction(probability, i -> inSplit(7, i * stride, probability));
  }

  @Test
  void decidesAnewForEachEpochSeedAndPurpose() {
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && kept(7, 4, id, 0.5));
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && kept(8, 3, id, 0.5));
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && kept(8, 2, id, 0.5));
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && inSplit(7, id, 0.5));
    assertFraction(0.25, id -> inSplit(7, id, 0.5) && inSplit(8, id, 0.5));
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && kept(7, 3, id + 1, 0.5));
    assertFraction(0.25, id -> kept(7, 3, id, 0.5) && kept(7, 4, id + 1, 0.5));
  }

  @Test
  void decidesAnewForOneSampleInEachEpoch() {
    assertFraction(0.5, epoch -> kept(7, (int) epoch, 12345, 0.5));
  }

  @Test
  void everyBitOfTheIdReachesEveryBitOfTheHash() {
    int trials = 20_000;
    int[][] flips = new int[63][63];
    for (int trial = 0; trial < trials; trial++) {
      long hash = KeepHash.keep(7, 3, trial);
      for (int in = 0; in < 63; in++) {
        long changed = hash ^ KeepHash.keep(7, 3, trial ^ (1L << in));
        for (int out = 0; out < 63; out++) {
          flips[in][out] += (int) ((changed >>> out) & 1);
        }
      }
    }
    // 3,969 binomial counts: six deviations are exceeded once in some 10^5 such tables.
    double tolerance = 6 * Math.sqrt(trials * 0.25);
    for (int[] row : flips) {
      for (int count : row) {
        assertThat((double) count).isCloseTo(trials * 0.5, within(tolerance));
      }
    }
  }

  private static boolean kept(long seed, int epoch, long id, double probability) {
    return Long.compareUnsigned(KeepHash.keep(seed, epoch, id), KeepHash.threshold(probability))
        < 0;
  }

  private static boolean inSplit(long seed, long id, double probability) {
    return Long.compareUnsigned(KeepHash.split(seed, id), KeepHash.threshold(probability)) < 0;
  }

  /** The count is binomial; five deviations are exceeded once in 1.7 million. */
  private static void assertFraction(double probability, LongPredicate event) {
    long count = LongStream.range(0, SAMPLES).filter(event).count();
    double deviation = Math.sqrt(SAMPLES * probability * (1 - probability));
    assertThat((double) count).isCloseTo(SAMPLES * probability, within(5 * deviation));
  }
}
