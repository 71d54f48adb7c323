package io.sluice.local.experiment;

import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Experiments from the text of their file. */
final class TestingExperiments {

  /** One arm of each kind: five runs a seed. */
  static final String SMALL =
      """
      name: small
      settings: {dataset: "glyphs:1000", epochs: 10}
      seeds: [1, 2]
      savings: [0.3, 0.5]
      baselines:
        full: {policy: full}
      shorter: true
      policies:
        seta: {policy: seta}
      """;

  private TestingExperiments() {}

  static Experiment read(Path folder, String yaml) throws IOException {
    return read(folder, yaml, Map.of());
  }

  static Experiment read(Path folder, String yaml, Map<String, String> flags) throws IOException {
    Path file = Files.writeString(folder.resolve("e.yaml"), yaml);
    return ExperimentFile.read(file, base -> overridden(base, flags));
  }

  private static RunConfig overridden(RunConfig base, Map<String, String> flags) {
    return base.with(flags, "flag");
  }

  /**
   * @param saving empty for a baseline
   */
  static PlannedRun run(Experiment experiment, String arm, String saving, long seed) {
    Optional<Saving> wanted =
        saving.isEmpty() ? Optional.empty() : Optional.of(Saving.parse(saving));
    return experiment.grid().stream()
        .filter(run -> run.arm().name().equals(arm) && run.saving().equals(wanted))
        .filter(run -> run.seed() == seed)
        .findFirst()
        .orElseThrow();
  }
}
