package io.sluice.local.experiment;

import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A grid of trainings on one dataset and model.
 *
 * @param base settings of every run
 * @param savings ascending; empty if all arms are baselines
 * @param arms in the order of the report; their names differ
 */
record Experiment(
    String name, RunConfig base, List<Long> seeds, List<Saving> savings, List<Arm> arms) {

  /** Epochs of full training. */
  int epochs() {
    return base.get(Options.EPOCHS).count();
  }

  /** All runs, seed by seed, so that an experiment which ends early has compared all arms. */
  List<PlannedRun> grid() {
    List<PlannedRun> grid = new ArrayList<>();
    for (long seed : seeds) {
      for (Arm arm : arms) {
        for (Optional<Saving> saving : arm.savings(savings)) {
          grid.add(run(arm, saving, seed));
        }
      }
    }
    return grid;
  }

  private PlannedRun run(Arm arm, Optional<Saving> saving, long seed) {
    RunConfig config = arm.config(base, saving).with(Map.of("seed", Long.toString(seed)), "seeds");
    String key = RunKey.of(config, epochs());
    return new PlannedRun(
        arm, saving, seed, key, config.with(Map.of("run", name + "-" + key), "experiment"));
  }

  /**
   * The arm that differences are of: full training over the experiment's epochs, if it is there.
   */
  Optional<Arm> full() {
    return arms.stream()
        .filter(
            arm -> arm.kind() == Arm.Kind.BASELINE && isFull(arm.config(base, Optional.empty())))
        .findFirst();
  }

  private boolean isFull(RunConfig config) {
    return config.get(Options.POLICY).equals("full")
        && config.get(Options.EPOCHS).count() == epochs();
  }
}
