package io.sluice.local.bench;

import io.sluice.protocol.UsageError;
import picocli.CommandLine.Option;

/** How often a bench measures. */
final class Repetition {

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Measured runs. Default: ${DEFAULT-VALUE}. Allowed: an integer from 1 to 1000.")
  private int runs;

  Repetition(int defaultRuns) {
    runs = defaultRuns;
  }

  /**
   * @throws UsageError when the number is not allowed
   */
  int runs() {
    Workload.allow("runs", runs, 1, 1000);
    return runs;
  }
}
