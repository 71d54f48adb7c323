package io.sluice.local.bench;

import io.sluice.protocol.UsageError;
import picocli.CommandLine.Option;

/** How often a bench measures. */
final class Repetition {

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Measured runs. Default: 5. Allowed: an integer from 1 to 1000.")
  private int runs = 5;

  /**
   * @throws UsageError when the number is not allowed
   */
  int runs() {
    Workload.allow("runs", runs, 1, 1000);
    return runs;
  }
}
