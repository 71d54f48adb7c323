package io.sluice.protocol;

import java.io.Serializable;

/**
 * Where a sample lives: shard = id mod S, local index = id div S; shard s is written to and read
 * from Kafka partition s mod P. Both numbers are fixed for a run.
 *
 * @param shards number of shards S, 1 to {@link #MAX_SHARDS}; also the job's max parallelism
 * @param partitions number of Kafka partitions P of a run's topics, 1 to S
 */
public record Sharding(int shards, int partitions) implements Serializable {

  /** Flink's upper bound for the max parallelism. */
  public static final int MAX_SHARDS = 32_768;

  /** Local indices are below this in every shard; see {@link #isLocalIndex}. */
  public static final long MAX_LOCAL_INDEX = 1L << 56;

  public Sharding {
    if (shards < 1 || shards > MAX_SHARDS) {
      throw new UsageError("shards is " + shards + "; allowed: 1 to " + MAX_SHARDS);
    }
    if (partitions < 1 || partitions > shards) {
      throw new UsageError(
          "partitions is "
              + partitions
              + "; allowed: 1 to the number of shards ("
              + shards
              + "), so that every partition holds at least one shard");
    }
  }

  public int shardOf(long sampleId) {
    return (int) (sampleId % shards);
  }

  public long localIndexOf(long sampleId) {
    return sampleId / shards;
  }

  public long sampleId(int shard, long localIndex) {
    return localIndex * shards + shard;
  }

  public int partitionOf(int shard) {
    return shard % partitions;
  }

  public boolean isShard(int shard) {
    return shard >= 0 && shard < shards;
  }

  /** Whether a shard can hold the local index: 0 to 2^56 - 1, and the sample id below 2^63. */
  public boolean isLocalIndex(int shard, long localIndex) {
    return localIndex >= 0
        && localIndex < MAX_LOCAL_INDEX
        && localIndex <= (Long.MAX_VALUE - shard) / shards;
  }
}
