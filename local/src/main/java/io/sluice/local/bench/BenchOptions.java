package io.sluice.local.bench;

import io.sluice.protocol.UsageError;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every bench takes. */
final class BenchOptions {

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Measured runs, after one that warms up. Default: ${DEFAULT-VALUE}. Allowed: an integer"
              + " from 1 to 1000.")
  private int runs;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the figures of all runs, as JSON.")
  private Path json;

  /**
   * @throws UsageError when the number is not allowed
   */
  int runs() {
    allow("runs", runs, 1, 1000);
    return runs;
  }

  Optional<Path> json() {
    return Optional.ofNullable(json);
  }

  /**
   * @throws UsageError when a flag's value is not within bounds
   */
  static void allow(String flag, long value, long least, long most) {
    if (value < least || value > most) {
      throw new UsageError(
          String.format(
              "%s is '%d' (flag); allowed: an integer from %d to %d", flag, value, least, most));
    }
  }
}
