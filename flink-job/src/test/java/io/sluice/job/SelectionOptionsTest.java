package io.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.job.selection.Limits;
import io.sluice.job.selection.PolicyKind;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelectionOptionsTest {

  private static SelectionSettings from(Map<String, String> settings) {
    return SelectionOptions.from(RunConfig.defaults().with(settings, "test"));
  }

  @Test
  void settingsComeFromTheOptionsOfTheirNames() {
    assertThat(
            from(
                Map.of(
                    "policy", "infobatch",
                    "budget", "0.5",
                    "volume-swing", "0.25",
                    "min-selected", "0.1",
                    "max-selected", "0.75",
                    "max-weight", "4",
                    "class-floor", "0.2",
                    "clusters", "7",
                    "seed", "9")))
        .isEqualTo(
            new SelectionSettings(
                PolicyKind.INFOBATCH,
                7,
                0.9,
                0.2,
                0.875,
                12,
                9,
                new Limits(0.5, 0.25, 0.1, 0.75, 4, 0.2)));
  }

  @Test
  void rePbNeedsRelativeLosses() {
    assertThatThrownBy(() -> from(Map.of("policy", "repb")))
        .isInstanceOf(UsageError.class)
        .hasMessage(
            "policy repb compares losses within their mini-batch, and signal is 'raw'; set signal to"
                + " relative, for job and agents");
    assertThat(from(Map.of("policy", "repb", "signal", "relative")).policy())
        .isEqualTo(PolicyKind.REPB);
    assertThat(from(Map.of("policy", "seta", "signal", "relative")).policy())
        .isEqualTo(PolicyKind.SETA);
  }

  @Test
  void theBoundsOfASelectionAreInOrder() {
    assertThatThrownBy(() -> from(Map.of("min-selected", "0.5", "max-selected", "0.4")))
        .isInstanceOf(UsageError.class)
        .hasMessage(
            "min-selected is 0.5 and max-selected 0.4; the first must not be above the second");
  }

  @Test
  void aBudgetThatCannotBeKeptIsAUsersMistake() {
    assertThatThrownBy(() -> from(Map.of("policy", "full", "budget", "0.5")))
        .isInstanceOf(UsageError.class)
        .hasMessage(
            "budget is 0.5, but the policy full takes everything in 12 of 12 epochs, which is as much"
                + " or more; raise the budget, train for more epochs, or take another policy");
  }
}
