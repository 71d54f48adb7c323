package io.sluice.job;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** How the job runs, whatever runs it. */
final class Environments {

  private static final long BUFFER_TIMEOUT_MILLIS = 5;

  private Environments() {}

  /**
   * @throws UsageError when there would be more subtasks than shards
   */
  static void configure(StreamExecutionEnvironment env, RunConfig config) {
    int shards = config.get(Options.SHARDS);
    int parallelism = config.get(Options.PARALLELISM);
    if (parallelism > 0) {
      env.setParallelism(parallelism);
    }
    if (env.getParallelism() > shards) {
      throw new UsageError(
          String.format(
              "parallelism is %d; allowed: at most the number of shards (%d), since a shard is the"
                  + " smallest unit of work",
              env.getParallelism(), shards));
    }
    env.setMaxParallelism(shards);
    // Agents wait for an epoch's close, which crosses three exchanges. With Flink's 100 ms for a
    // buffer to fill, that would be most of the turnaround.
    env.setBufferTimeout(BUFFER_TIMEOUT_MILLIS);
    env.enableCheckpointing(config.get(Options.CHECKPOINT_INTERVAL).toMillis());
    // Records between chained operators are immutable, so nothing needs a defensive copy.
    env.getConfig().enableObjectReuse();
    // A type without a serializer of ours is a mistake, not a case for Kryo.
    env.configure(new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
  }
}
