package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class InclusionWeightTest {

  private static final byte ANY = InclusionWeight.atMost(Double.MAX_VALUE);

  @Test
  void aWeightIsTheSelectionsThereWereOverThoseItWasIn() {
    for (int possible = 1; possible <= 300; possible++) {
      for (int times = Math.max(1, possible / 100); times <= possible; times++) {
        double weight = (double) possible / times;
        if (weight <= 100) {
          float coded =
              InclusionWeight.decode(
                  InclusionWeight.code(possible, times, InclusionWeight.atMost(100)));
          assertThat(coded)
              .as("%d of %d", times, possible)
              .isCloseTo((float) weight, withinPercentage(2.2));
          assertThat(coded).isLessThanOrEqualTo(100);
        }
      }
    }
  }

  @Test
  void aWeightHasTheNearestCode() {
    assertThat(InclusionWeight.code(2, 1, ANY)).isEqualTo((byte) 16);
    assertThat(InclusionWeight.code(4, 1, ANY)).isEqualTo((byte) 32);
    // Between two codes it is the octave that is halved: 2^(16.5/16) is 2.04379.
    assertThat(InclusionWeight.code(204_379, 100_000, ANY)).isEqualTo((byte) 16);
    assertThat(InclusionWeight.code(204_380, 100_000, ANY)).isEqualTo((byte) 17);
    assertThat(InclusionWeight.code(Integer.MAX_VALUE, 1, ANY)).isEqualTo((byte) 255);
  }

  @Test
  void aSampleThatWasAlwaysSelectedWeighsOne() {
    for (int epochs : new int[] {1, 2, 17, 65_535, 1_000_000}) {
      assertThat(InclusionWeight.code(epochs, epochs, InclusionWeight.atMost(10)))
          .isEqualTo(InclusionWeight.ONE);
    }
    assertThat(InclusionWeight.decode(InclusionWeight.ONE)).isEqualTo(1);
  }

  @Test
  void noWeightIsAboveTheCap() {
    for (double cap : new double[] {1, 1.01, 2, 3, 9.99, 10, 1000}) {
      float coded =
          InclusionWeight.decode(InclusionWeight.code(1_000_000, 1, InclusionWeight.atMost(cap)));
      assertThat((double) coded).isLessThanOrEqualTo(cap).isGreaterThan(cap / 1.05);
    }
  }
}
