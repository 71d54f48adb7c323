package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class InclusionWeightTest {

  @Test
  void aWeightIsTheSelectionsThereWereOverThoseItWasIn() {
    for (int possible = 1; possible <= 300; possible++) {
      for (int times = Math.max(1, possible / 100); times <= possible; times++) {
        double weight = (double) possible / times;
        if (weight <= 100) {
          float coded = InclusionWeight.decode(InclusionWeight.code(possible, times, 100));
          assertThat(coded)
              .as("%d of %d", times, possible)
              .isCloseTo((float) weight, withinPercentage(2.2));
          assertThat(coded).isLessThanOrEqualTo(100);
        }
      }
    }
  }

  @Test
  void aSampleThatWasAlwaysSelectedWeighsOne() {
    for (int epochs : new int[] {1, 2, 17, 65_535, 1_000_000}) {
      assertThat(InclusionWeight.code(epochs, epochs, 10)).isEqualTo(InclusionWeight.ONE);
    }
    assertThat(InclusionWeight.decode(InclusionWeight.ONE)).isEqualTo(1);
  }

  @Test
  void noWeightIsAboveTheCap() {
    for (double cap : new double[] {1, 1.01, 2, 3, 9.99, 10, 1000}) {
      float coded = InclusionWeight.decode(InclusionWeight.code(1_000_000, 1, cap));
      assertThat((double) coded).isLessThanOrEqualTo(cap).isGreaterThan(cap / 1.05);
    }
  }
}
