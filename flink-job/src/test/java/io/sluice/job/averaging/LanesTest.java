package io.sluice.job.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardKeys;
import java.util.Arrays;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanesTest {

  /** By Flink's own assignment. */
  @ParameterizedTest
  @CsvSource({"128,8,4", "128,8,8", "128,8,3", "128,16,5", "256,8,16", "8,2,2", "128,128,7"})
  void spreadEvenlyOverSubtasks(int shards, int partitions, int parallelism) {
    int[] lanes = new int[parallelism];
    for (int lane = 0; lane < partitions; lane++) {
      int key = ShardKeys.of(shards)[Lanes.shardOf(lane, shards, partitions)];
      lanes[KeyGroupRangeAssignment.assignKeyToParallelOperator(key, shards, parallelism)]++;
    }
    int most = Arrays.stream(lanes).max().orElseThrow();
    assertThat(most - Arrays.stream(lanes).min().orElseThrow()).isLessThanOrEqualTo(1);
  }

  @Test
  void haveAShardEach() {
    assertThat(Lanes.shardOf(0, 32_768, 32_768)).isZero();
    assertThat(Lanes.shardOf(32_767, 32_768, 32_768)).isEqualTo(32_767);
    assertThat(Lanes.shardOf(2, 7, 3)).isEqualTo(5);
  }
}
