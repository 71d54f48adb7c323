package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardKeysTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100, 128, 1000, 4096, 32_768})
  void putsEachShardIntoTheKeyGroupOfItsNumber(int shards) {
    int[] keys = ShardKeys.of(shards);

    assertThat(keys).hasSize(shards);
    for (int shard = 0; shard < shards; shard++) {
      assertThat(KeyGroupRangeAssignment.assignToKeyGroup(keys[shard], shards)).isEqualTo(shard);
    }
  }
}
