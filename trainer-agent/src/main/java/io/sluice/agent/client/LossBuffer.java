package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.LossBatch;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Gathers losses by shard into numbered batches, and counts what goes out per shard and epoch. For
 * one thread.
 */
final class LossBuffer {

  private final Sharding sharding;
  private final int batchSize;
  private final Consumer<LossBatch.Builder> batches;
  private final ShardLosses[] buffers;
  private final long[] nextSequence;
  private final long[] countInEpoch;

  /**
   * @param batchSize losses of one shard that make a batch
   * @param relative whether losses relative to their mini-batch's mean are sent, too
   * @param batches takes each batch; epoch, rank and incarnation are still to be set
   */
  LossBuffer(
      Sharding sharding, int batchSize, boolean relative, Consumer<LossBatch.Builder> batches) {
    this.sharding = sharding;
    this.batchSize = batchSize;
    this.batches = batches;
    this.buffers = new ShardLosses[sharding.shards()];
    for (int shard = 0; shard < buffers.length; shard++) {
      buffers[shard] = new ShardLosses(shard, relative);
    }
    this.nextSequence = new long[sharding.shards()];
    this.countInEpoch = new long[sharding.shards()];
  }

  /**
   * @param relativeLoss of no account where only plain losses are sent
   */
  void add(long sampleId, float loss, float relativeLoss) {
    ShardLosses buffer = buffers[sharding.shardOf(sampleId)];
    buffer.add(sharding.localIndexOf(sampleId), loss, relativeLoss);
    if (buffer.size() >= batchSize) {
      emit(buffer);
    }
  }

  /** Sends off what waits for a batch to fill. */
  void flush() {
    for (ShardLosses buffer : buffers) {
      if (buffer.size() > 0) {
        emit(buffer);
      }
    }
  }

  /** Sends off what is left of the epoch and returns, by shard, how many losses it had. */
  long[] endEpoch() {
    flush();
    long[] counts = countInEpoch.clone();
    Arrays.fill(countInEpoch, 0);
    return counts;
  }

  private void emit(ShardLosses buffer) {
    int shard = buffer.shard();
    countInEpoch[shard] += buffer.size();
    batches.accept(buffer.drain().setSequence(nextSequence[shard]++));
  }
}
