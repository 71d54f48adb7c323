package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {
  private final LearningRate rate = new LearningRate(0.4);

  @ParameterizedTest
  @CsvSource({"0, 0", "0.025, 0.2", "0.05, 0.4", "0.525, 0.2", "1, 0", "1.5, 0"})
  void followsWarmUpThenCosine(double progress, double expected) {
    assertThat(rate.at(progress)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void neverRisesAfterTheWarmUp() {
    for (double progress = 0.05; progress < 1; progress += 0.01) {
      assertThat(rate.at(progress + 0.01)).isLessThanOrEqualTo(rate.at(progress));
    }
  }
}
