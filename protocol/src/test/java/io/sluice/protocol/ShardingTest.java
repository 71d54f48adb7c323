package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShardingTest {

  @Test
  void everyIdHasOneShardAndLocalIndexAndComesBack() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 10_000; round++) {
      Sharding sharding = new Sharding(random.nextInt(1, Sharding.MAX_SHARDS + 1), 1);
      long id = random.nextLong() >>> random.nextInt(1, 64);

      int shard = sharding.shardOf(id);
      long localIndex = sharding.localIndexOf(id);

      assertThat(sharding.isShard(shard)).isTrue();
      assertThat(sharding.sampleId(shard, localIndex)).isEqualTo(id);
      assertThat(sharding.isLocalIndex(shard, localIndex))
          .as("%d in %s", id, sharding)
          .isEqualTo(localIndex < Sharding.MAX_LOCAL_INDEX);
    }
  }

  @Test
  void consecutiveIdsGoRoundTheShardsAndShardsGoRoundThePartitions() {
    Sharding sharding = new Sharding(4, 2);

    for (long id = 0; id < 100; id++) {
      assertThat(sharding.shardOf(id)).isEqualTo((int) (id % 4));
      assertThat(sharding.localIndexOf(id)).isEqualTo(id / 4);
      assertThat(sharding.partitionOf(sharding.shardOf(id))).isEqualTo((int) (id % 2));
    }
  }

  @Test
  void aLocalIndexIsInRangeExactlyWhenItsIdIs() {
    Sharding few = new Sharding(2, 1);
    assertThat(few.isLocalIndex(1, -1)).isFalse();
    assertThat(few.isLocalIndex(1, 0)).isTrue();
    assertThat(few.isLocalIndex(1, (1L << 56) - 1)).isTrue();
    assertThat(few.isLocalIndex(1, 1L << 56)).isFalse();

    // 2^63 - 1 = 1000 * 9223372036854775 + 807
    Sharding many = new Sharding(1000, 1);
    assertThat(many.isLocalIndex(807, 9_223_372_036_854_775L)).isTrue();
    assertThat(many.sampleId(807, 9_223_372_036_854_775L)).isEqualTo(Long.MAX_VALUE);
    assertThat(many.isLocalIndex(808, 9_223_372_036_854_775L)).isFalse();
    assertThat(many.isLocalIndex(808, 9_223_372_036_854_774L)).isTrue();
  }

  @Test
  void shardsOutsideTheRunAreNone() {
    Sharding sharding = new Sharding(4, 2);

    assertThat(sharding.isShard(-1)).isFalse();
    assertThat(sharding.isShard(0)).isTrue();
    assertThat(sharding.isShard(3)).isTrue();
    assertThat(sharding.isShard(4)).isFalse();
  }

  @Test
  void countsOutsideTheLimitsAreRefused() {
    assertThat(new Sharding(32_768, 32_768).shards()).isEqualTo(32_768);
    assertRefused(0, 1, "shards is 0; allowed: 1 to 32768");
    assertRefused(32_769, 1, "shards is 32769; allowed: 1 to 32768");
    assertRefused(
        4,
        0,
        "partitions is 0; allowed: 1 to the number of shards (4), so that every partition holds at"
            + " least one shard");
    assertRefused(
        4,
        5,
        "partitions is 5; allowed: 1 to the number of shards (4), so that every partition holds at"
            + " least one shard");
  }

  private static void assertRefused(int shards, int partitions, String message) {
    assertThatThrownBy(() -> new Sharding(shards, partitions))
        .isInstanceOf(UsageError.class)
        .hasMessage(message);
  }
}
