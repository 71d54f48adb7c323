package io.sluice.job;

import io.sluice.job.ingest.ShardKeys;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Keys a stream by shard, with the one key that lies in the shard's key group.
 *
 * @param <T> what the stream carries
 */
final class ShardKeySelector<T> implements KeySelector<T, Integer>, ResultTypeQueryable<Integer> {

  private final int[] keys;
  private final SerializableFunction<T, Integer> shard;

  ShardKeySelector(int shards, SerializableFunction<T, Integer> shard) {
    this.keys = ShardKeys.of(shards);
    this.shard = shard;
  }

  @Override
  public Integer getKey(T value) {
    return keys[shard.apply(value)];
  }

  @Override
  public TypeInformation<Integer> getProducedType() {
    return Types.INT;
  }
}
