package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.train.EpochAverages;
import io.sluice.agent.train.EpochResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochCollectorTest {

  @Test
  void anEpochIsWholeWhenAllAgentsHaveEndedIt() {
    EpochCollector collector = new EpochCollector(2);

    assertThat(collector.add(result(0, 10, 2.0, 0.5, 100, 8, 5))).isEmpty();
    assertThat(collector.add(result(1, 10, 1.0, 0.9, 100, 8, 5))).as("of the next").isEmpty();
    RunEpoch epoch = collector.add(result(0, 30, 1.0, 0.7, 300, 6, 9)).orElseThrow();

    assertThat(epoch)
        .isEqualTo(
            new RunEpoch(
                0, 200, 100, 40, 1.25, 0.6, ms(300), /* turnaround= */ ms(6), ms(9), 2, ms(50)));
  }

  @Test
  void anAgentThatTrainedNothingHasNoLoss() {
    EpochCollector collector = new EpochCollector(2);
    collector.add(result(0, 0, Double.NaN, 0.5, 1, 1, 1));

    assertThat(collector.add(result(0, 10, 2.0, 0.5, 1, 1, 1)).orElseThrow().meanLoss())
        .isEqualTo(2.0);
  }

  private static EpochResult result(
      int epoch, long trained, double loss, double accuracy, int train, int turnaround, int idle) {
    return new EpochResult(
        epoch,
        trained,
        0,
        100,
        200,
        loss,
        accuracy,
        ms(train),
        ms(1),
        ms(turnaround),
        ms(idle),
        new EpochAverages(2, ms(50), 2, List.of()));
  }

  private static Duration ms(int millis) {
    return Duration.ofMillis(millis);
  }
}
