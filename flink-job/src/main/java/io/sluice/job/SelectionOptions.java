package io.sluice.job;

import io.sluice.job.selection.Limits;
import io.sluice.job.selection.PolicyKind;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Locale;

/** From a run's configuration to the settings of the selection maths. */
public final class SelectionOptions {

  private SelectionOptions() {}

  /**
   * @throws UsageError when settings contradict each other
   */
  public static SelectionSettings from(RunConfig config) {
    if (config.get(Options.MIN_SELECTED) > config.get(Options.MAX_SELECTED)) {
      throw new UsageError(
          String.format(
              Locale.ROOT,
              "min-selected is %s and max-selected %s; the first must not be above the second",
              config.get(Options.MIN_SELECTED),
              config.get(Options.MAX_SELECTED)));
    }
    SelectionSettings settings = settings(config);
    if (settings.policy().needsRelativeLosses() && !config.relativeLosses()) {
      throw new UsageError(
          String.format(
              "policy %s compares losses within their mini-batch, and signal is '%s'; set signal to"
                  + " relative, for job and agents",
              settings.policy().label(), config.get(Options.SIGNAL)));
    }
    settings
        .contradiction()
        .ifPresent(
            contradiction -> {
              throw new UsageError(contradiction);
            });
    return settings;
  }

  private static SelectionSettings settings(RunConfig config) {
    return new SelectionSettings(
        PolicyKind.of(config.get(Options.POLICY)),
        config.get(Options.CLUSTERS),
        config.get(Options.WINDOW_SCALE),
        config.get(Options.PRUNE_RATIO),
        config.get(Options.ANNEALING_START),
        config.cycle(),
        config.get(Options.SEED),
        new Limits(
            config.get(Options.BUDGET),
            config.get(Options.VOLUME_SWING),
            config.get(Options.MIN_SELECTED),
            config.get(Options.MAX_SELECTED),
            config.get(Options.MAX_WEIGHT),
            config.get(Options.CLASS_FLOOR)));
  }
}
