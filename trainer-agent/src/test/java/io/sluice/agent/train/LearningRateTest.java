package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {
  private final LearningRate rate = new LearningRate(0.4, 20);

  @ParameterizedTest
  @CsvSource({"0, 0", "0.5, 0.2", "1, 0.4", "10.5, 0.2", "19.999999, 0"})
  void followsWarmUpThenCosine(double epochs, double expected) {
    assertThat(rate.at(epochs)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void neverRisesWithinACycleAfterTheWarmUp() {
    for (double epochs = 1; epochs < 19.8; epochs += 0.2) {
      assertThat(rate.at(epochs + 0.2)).isLessThanOrEqualTo(rate.at(epochs));
      assertThat(rate.at(20 + epochs + 0.2)).isLessThanOrEqualTo(rate.at(20 + epochs));
    }
  }

  @ParameterizedTest
  @CsvSource({"20, 0.4", "25, 0.341421356", "30, 0.2", "39.999999, 0", "1000000, 0.4"})
  void aCycleAfterTheFirstBeginsAtThePeak(double epochs, double expected) {
    assertThat(rate.at(epochs)).isCloseTo(expected, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.25, 0.1", "1, 0.4", "1.5, 0.4", "1000000.5, 0.4"})
  void withoutCyclesItStaysAtThePeak(double epochs, double expected) {
    assertThat(new LearningRate(0.4, 0).at(epochs)).isCloseTo(expected, within(1e-12));
  }
}
