package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionSettingsTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "0.5, 0.5", "0.75, 0.75", "0.9, 0.9", "0.95, 0.9", "1, 0.9"})
  void prunesAtMostNineTenths(double pruneRatio, double effective) {
    assertThat(settings(10, 0.5, pruneRatio, 0.85, 20).pruneRatio()).isEqualTo(effective);
  }

  @ParameterizedTest(name = "selection {0} with start {1} of cycles of {2}: {3}")
  @CsvSource({
    // n mod E + 1 > δE
    "16, 0.85, 20, false", // 17 > 17
    "17, 0.85, 20, true",
    "16, 0.875, 20, false", // 17 > 17.5
    "17, 0.875, 20, true",
    "19, 1, 20, false",
    "0, 0, 20, true",
    "0, 0.5, 1, true",
    "19, 0.875, 20, true",
    "20, 0.875, 20, false", // the next cycle
    "36, 0.875, 20, false",
    "37, 0.875, 20, true",
    "39, 0.875, 20, true",
    "40, 0.875, 20, false",
    "999999, 0.875, 20, true",
    "1000000, 0.875, 20, false",
    "0, 0, 0, false", // without a cycle, never
    "1000000, 0, 0, false",
    "1000000, 0.875, 0, false"
  })
  void annealsAfterTheStartOfEachCycle(int epoch, double start, int cycle, boolean annealing) {
    assertThat(settings(10, 0.5, 0.5, start, cycle).annealing(epoch)).isEqualTo(annealing);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, 0.5, 0.85, 20, clusters is 0",
    "257, 0.5, 0.5, 0.85, 20, clusters is 257",
    "10, 0, 0.5, 0.85, 20, window scale is 0.0",
    "10, 1.1, 0.5, 0.85, 20, window scale is 1.1",
    "10, NaN, 0.5, 0.85, 20, window scale is NaN",
    "10, 0.5, -0.1, 0.85, 20, prune ratio is -0.1",
    "10, 0.5, 1.1, 0.85, 20, prune ratio is 1.1",
    "10, 0.5, NaN, 0.85, 20, prune ratio is NaN",
    "10, 0.5, 0.5, -0.1, 20, annealing start is -0.1",
    "10, 0.5, 0.5, 1.1, 20, annealing start is 1.1",
    "10, 0.5, 0.5, NaN, 20, annealing start is NaN",
    "10, 0.5, 0.5, 0.85, -1, cycle is -1"
  })
  void refusesWhatIsOutOfRangeByName(
      int clusters, double scale, double prune, double start, int cycle, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(clusters, scale, prune, start, cycle))
        .withMessageStartingWith(message + "; allowed: ");
  }

  @Test
  void policiesAreFoundByTheirLabels() {
    for (PolicyKind policy : PolicyKind.values()) {
      assertThat(PolicyKind.of(policy.label())).isEqualTo(policy);
    }
    assertThat(PolicyKind.SETA.label()).isEqualTo("seta");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PolicyKind.of("SeTa"))
        .withMessage(
            "there is no policy 'SeTa'; allowed: seta, infobatch, orderdp, repb, random, static, full");
  }

  private static SelectionSettings settings(
      int clusters, double scale, double prune, double start, int cycle) {
    return new SelectionSettings(
        PolicyKind.SETA, clusters, scale, prune, start, cycle, 1, Limits.NONE);
  }
}
