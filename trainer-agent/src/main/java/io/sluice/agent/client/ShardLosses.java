package io.sluice.agent.client;

import io.sluice.protocol.wire.LossBatch;
import java.util.Arrays;

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
    long[] sorted = Arrays.copyOf(localIndices, size);
    Arrays.sort(sorted);
    float[] sortedLosses = new float[size];
    int[] placed = new int[size];
    for (int i = 0; i < size; i++) {
      int first = firstOf(localIndices[i], sorted);
      sortedLosses[first + placed[first]++] = losses[i];
    }
    LossBatch.Builder batch = LossBatch.newBuilder().setShard(shard);
    long previous = 0;
    for (int i = 0; i < size; i++) {
      batch.addLocalIndexDeltas(sorted[i] - previous).addLosses(sortedLosses[i]);
      previous = sorted[i];
    }
    size = 0;
    return batch;
  }

  /** Where the first of equal values stands; {@link Arrays#binarySearch} finds any of them. */
  private static int firstOf(long value, long[] sorted) {
    int from = 0;
    int to = sorted.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (sorted[middle] < value) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
