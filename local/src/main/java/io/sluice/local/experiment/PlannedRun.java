package io.sluice.local.experiment;

import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Optional;

/**
 * One training of the grid.
 *
 * @param saving empty for a baseline
 * @param key tells its outcome from those of other settings
 * @param config all its settings but for the broker
 */
record PlannedRun(Arm arm, Optional<Saving> saving, long seed, String key, RunConfig config) {

  int epochs() {
    return config.get(Options.EPOCHS).count();
  }

  /** What it costs, roughly, in epochs of full training. */
  double cost() {
    return epochs() * (arm.kind() == Arm.Kind.POLICY ? config.get(Options.BUDGET) : 1);
  }

  /** Such as {@code seta, saving 50 %, seed 1}. */
  String describe() {
    return arm.name() + saving.map(s -> ", saving " + s.percent()).orElse("") + ", seed " + seed;
  }
}
