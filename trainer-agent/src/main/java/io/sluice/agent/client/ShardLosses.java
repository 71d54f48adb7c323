package io.sluice.agent.client;

import io.sluice.protocol.wire.LossBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Losses of one shard, in the order in which they were reported. */
final class ShardLosses {

  private static final int INITIAL_CAPACITY = 16;

  private final int shard;
  private long[] localIndices = new long[0];
  private float[] losses = new float[0];

  /** Null where only plain losses are sent. */
  private float[] relativeLosses;

  private int size;

  /**
   * @param relative whether losses relative to their mini-batch's mean are sent, too
   */
  ShardLosses(int shard, boolean relative) {
    this.shard = shard;
    this.relativeLosses = relative ? new float[0] : null;
  }

  int shard() {
    return shard;
  }

  int size() {
    return size;
  }

  /**
   * @param relativeLoss of no account where only plain losses are sent
   */
  void add(long localIndex, float loss, float relativeLoss) {
    if (size == losses.length) {
      int capacity = Math.max(INITIAL_CAPACITY, 2 * size);
      localIndices = Arrays.copyOf(localIndices, capacity);
      losses = Arrays.copyOf(losses, capacity);
      relativeLosses = relativeLosses == null ? null : Arrays.copyOf(relativeLosses, capacity);
    }
    if (relativeLosses != null) {
      relativeLosses[size] = relativeLoss;
    }
    localIndices[size] = localIndex;
    losses[size++] = loss;
  }

  /** Takes the losses out, ascending by local index; those of one sample stay in their order. */
  LossBatch.Builder drain() {
    LossBatch.Builder batch = LossBatch.newBuilder().setShard(shard);
    long previous = 0;
    for (int place : order()) {
      batch.addLocalIndexDeltas(localIndices[place] - previous).addLosses(losses[place]);
      if (relativeLosses != null) {
        batch.addRelativeLosses(relativeLosses[place]);
      }
      previous = localIndices[place];
    }
    size = 0;
    return batch;
  }

  /** Places in the arrays in the order in which the losses are sent. */
  private int[] order() {
    int placeBits = Integer.SIZE - Integer.numberOfLeadingZeros(size);
    long indexBits = 0;
    for (int i = 0; i < size; i++) {
      indexBits |= localIndices[i];
    }
    return Long.numberOfLeadingZeros(indexBits) > placeBits
        ? orderPacked(placeBits)
        : IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingLong(place -> localIndices[place]))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /**
   * Index and place share a number, so that plain numbers are sorted, which takes half the time.
   */
  private int[] orderPacked(int placeBits) {
    long[] packed = new long[size];
    for (int i = 0; i < size; i++) {
      packed[i] = localIndices[i] << placeBits | i;
    }
    Arrays.sort(packed);
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = (int) packed[i] & ((1 << placeBits) - 1);
    }
    return order;
  }
}
