package io.sluice.job;

import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Topics;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateBackendOptions;

/**
 * What the graph is built from.
 *
 * @param relativeLosses whether difficulties are made of losses relative to their mini-batch's mean
 * @param quarantine after how many measurements among the hardest a sample is left out; 0 for never
 * @param smoothing β, above 0 to 1
 * @param stallWarning how long an epoch or a sync may wait for ranks before it is reported
 * @param averages whether the agents train one model
 * @param stateOnHeap whether the state backend keeps state on the heap
 */
record JobSettings(
    Topics topics,
    Sharding sharding,
    SelectionSettings selection,
    boolean relativeLosses,
    int quarantine,
    double smoothing,
    Duration stallWarning,
    boolean averages,
    boolean stateOnHeap) {

  /** What Flink calls the backend that keeps state on the heap; its default. */
  private static final String HEAP_BACKEND = "hashmap";

  /**
   * @param flink settings of the cluster
   */
  static JobSettings from(RunConfig config, ReadableConfig flink) {
    return new JobSettings(
        config.topics(),
        config.sharding(),
        SelectionOptions.from(config),
        config.relativeLosses(),
        config.get(Options.QUARANTINE),
        config.get(Options.SMOOTHING),
        config.get(Options.STALL_WARNING),
        config.averages(),
        flink.get(StateBackendOptions.STATE_BACKEND).equalsIgnoreCase(HEAP_BACKEND));
  }
}
