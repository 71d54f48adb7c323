package io.sluice.job.ingest;

import java.util.Arrays;

/**
 * One Flink key per shard, such that shard s lands in key group s of S. Consecutive integers would
 * leave many key groups empty and others double, and subtasks unevenly loaded.
 *
 * <p>Flink assigns key group = murmur(hashCode) mod max parallelism; that function decides where
 * state lies in every savepoint, so it cannot change. A test holds these keys against Flink's own.
 */
public final class ShardKeys {

  private ShardKeys() {}

  /**
   * @param shards number of shards S, which must also be the job's max parallelism
   * @return the key of each shard: the least non-negative integer of its key group
   */
  public static int[] of(int shards) {
    int[] keys = new int[shards];
    Arrays.fill(keys, -1);
    int missing = shards;
    for (int key = 0; missing > 0; key++) {
      int group = murmur(key) % shards;
      if (keys[group] < 0) {
        keys[group] = key;
        missing--;
      }
    }
    return keys;
  }

  /** MurmurHash3's 32-bit mix and finalizer of one integer, made non-negative as Flink does. */
  private static int murmur(int code) {
    int hash = Integer.rotateLeft(code * 0xcc9e2d51, 15) * 0x1b873593;
    hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
    hash ^= 4;
    hash ^= hash >>> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >>> 13;
    hash *= 0xc2b2ae35;
    hash ^= hash >>> 16;
    return hash >= 0 ? hash : hash == Integer.MIN_VALUE ? 0 : -hash;
  }
}
