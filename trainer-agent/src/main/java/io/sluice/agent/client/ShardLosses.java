package io.sluice.agent.client;

import io.sluice.protocol.wire.LossBatch;
import java.util.Arrays;
import java.util.Comparator;

/** Losses of one shard, in the order in which they were reported. */
final class ShardLosses {

  private static final int INITIAL_CAPACITY = 16;

  private final int shard;
  private long[] localIndices = new long[0];
  private float[] losses = new float[0];
  private int size;

  ShardLosses(int shard) {
    this.shard = shard;
  }

  int shard() {
    return shard;
  }

  int size() {
    return size;
  }

  void add(long localIndex, float loss) {
    if (size == losses.length) {
      int capacity = Math.max(INITIAL_CAPACITY, 2 * size);
      localIndices = Arrays.copyOf(localIndices, capacity);
      losses = Arrays.copyOf(losses, capacity);
    }
    localIndices[size] = localIndex;
    losses[size++] = loss;
  }

  /** Takes the losses out, ascending by local index; those of one sample stay in their order. */
  LossBatch.Builder drain() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> localIndices[i]));
    LossBatch.Builder batch = LossBatch.newBuilder().setShard(shard);
    long previous = 0;
    for (int i : order) {
      batch.addLocalIndexDeltas(localIndices[i] - previous).addLosses(losses[i]);
      previous = localIndices[i];
    }
    size = 0;
    return batch;
  }
}
