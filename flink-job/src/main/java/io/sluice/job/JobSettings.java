package io.sluice.job;

import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Topics;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;

/**
 * What the graph is built from.
 *
 * @param smoothing β, above 0 to 1
 * @param stallWarning how long an epoch may wait for ranks before it is reported
 */
record JobSettings(
    Topics topics,
    Sharding sharding,
    SelectionSettings selection,
    double smoothing,
    Duration stallWarning) {

  static JobSettings from(RunConfig config) {
    return new JobSettings(
        config.topics(),
        config.sharding(),
        SelectionOptions.from(config),
        config.get(Options.SMOOTHING),
        config.get(Options.STALL_WARNING));
  }
}
