package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.SelectionOptions;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoBaselineTest {

  private static final RunConfig CONFIG =
      RunConfig.defaults()
          .with(
              Map.of(
                  "run", "demo",
                  "budget", "0.5",
                  "volume-swing", "0.5",
                  "max-selected", "0.7",
                  "quarantine", "3"),
              "test");

  @Test
  void fullTrainingTakesEverythingWhateverTheRunMayTake() {
    RunConfig baseline = Demo.baseline(CONFIG, "full");

    assertThat(baseline.get(Options.RUN_NAME)).isEqualTo("demo-full");
    assertThat(baseline.get(Options.BUDGET)).isEqualTo(1);
    assertThat(baseline.get(Options.MAX_SELECTED)).isEqualTo(1);
    assertThat(baseline.get(Options.QUARANTINE)).isZero();
    assertThat(SelectionOptions.from(baseline).contradiction()).isEmpty();
  }

  @Test
  void anotherPolicyHasTheSameBudget() {
    RunConfig baseline = Demo.baseline(CONFIG, "random");

    assertThat(baseline.get(Options.POLICY)).isEqualTo("random");
    assertThat(baseline.get(Options.BUDGET)).isEqualTo(0.5);
    assertThat(baseline.get(Options.QUARANTINE)).isEqualTo(3);
  }
}
