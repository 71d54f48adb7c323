package io.sluice.job.averaging;

/** Where the state of a lane lies. */
public final class Lanes {

  private Lanes() {}

  /**
   * The shard with whose state that of a lane lies. A subtask has consecutive shards; these are as
   * far apart as can be, so that each subtask has nearly as many lanes as the others.
   *
   * @param partitions number of lanes, at most as many as shards
   */
  public static int shardOf(int lane, int shards, int partitions) {
    return (lane * shards + partitions - 1) / partitions; // 2^30 at most
  }
}
