package io.sluice.job;

import io.sluice.job.selection.PolicyKind;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;

/** From a run's configuration to the settings of the selection maths. */
public final class SelectionOptions {

  private SelectionOptions() {}

  public static SelectionSettings from(RunConfig config) {
    return new SelectionSettings(
        PolicyKind.of(config.get(Options.POLICY)),
        config.get(Options.CLUSTERS),
        config.get(Options.WINDOW_SCALE),
        config.get(Options.PRUNE_RATIO),
        config.get(Options.ANNEALING_START),
        config.cycle(),
        config.get(Options.SEED));
  }
}
