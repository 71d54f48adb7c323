package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.selection.InclusionWeight;
import org.junit.jupiter.api.Test;

class InclusionTest {

  private static final long[] FIRST_TWO = bits(0b11);
  private static final long[] SECOND = bits(0b10);

  private static final byte TEN = InclusionWeight.atMost(10);

  private static long[] bits(long first) {
    long[] bits = new long[Page.WORDS];
    bits[0] = first;
    return bits;
  }

  @Test
  void countsEpochsSinceTheFirst() {
    Inclusion inclusion = Inclusion.none().after(SECOND).after(FIRST_TWO).after(SECOND);

    assertThat((int) inclusion.measured()[0]).isEqualTo(1);
    assertThat((int) inclusion.missed()[0])
        .as("before it was first measured does not count")
        .isEqualTo(1);
    assertThat((int) inclusion.measured()[1]).isEqualTo(3);
    assertThat((int) inclusion.missed()[1]).isZero();
    assertThat(inclusion.weight(0, TEN)).isEqualTo(InclusionWeight.code(3, 2, TEN));
    assertThat(inclusion.weight(2, TEN)).isEqualTo(InclusionWeight.ONE);
  }

  @Test
  void theRatioOutlivesTheRangeOfTheCounts() {
    Inclusion inclusion = Inclusion.none();
    for (int epoch = 0; epoch < 150_000; epoch++) {
      inclusion = inclusion.after(epoch % 4 == 0 ? FIRST_TWO : SECOND);
    }

    assertThat(InclusionWeight.decode(inclusion.weight(0, TEN))).isBetween(3.9f, 4.1f);
    assertThat(inclusion.weight(1, TEN)).isEqualTo(InclusionWeight.ONE);
  }
}
