package io.sluice.job.ingest;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesRetired;
import java.util.HashMap;
import java.util.Map;

/** The events that well-behaved agents of a run with one shard per partition write, in order. */
public final class TestingEvents {

  private final int shard;
  private final int worldSize;
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final Map<Integer, Long> sequences = new HashMap<>();
  private final Map<Integer, Long> sent = new HashMap<>();
  private long offset;

  public TestingEvents(int shard, int worldSize) {
    this.shard = shard;
    this.worldSize = worldSize;
  }

  /** A rank's agent starts; the record's offset is its incarnation. */
  public Joined join(int rank, int epoch) {
    Position at = next();
    incarnations.put(rank, at.offset());
    sequences.put(rank, 0L);
    sent.put(rank, 0L);
    return new Joined(shard, at, rank, worldSize, epoch, at.offset(), 1000 + at.offset());
  }

  public SamplesDeclared samples(int fromEpoch, long first, long count) {
    return new SamplesDeclared(
        shard, next(), fromEpoch, new long[] {first}, new long[] {count}, first + count, null);
  }

  public SamplesRetired retired(long first, long count) {
    return new SamplesRetired(shard, next(), new long[] {first}, new long[] {count});
  }

  /** Losses of consecutive samples from {@code first} on. */
  public Losses losses(int rank, int epoch, long first, float... losses) {
    long[] indices = new long[losses.length];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = first + i;
    }
    return losses(rank, epoch, indices, losses);
  }

  public Losses losses(int rank, int epoch, long[] indices, float[] losses) {
    sent.merge(rank, (long) losses.length, Long::sum);
    long sequence = sequences.merge(rank, 1L, Long::sum) - 1;
    LossBlock block = LossBlock.of(indices, losses, losses.length);
    return new Losses(shard, next(), epoch, rank, incarnations.get(rank), sequence, block, 0);
  }

  /** Ends an epoch with the number of losses sent since the last end. */
  public EpochEnded end(int rank, int epoch) {
    return end(rank, epoch, sent.put(rank, 0L));
  }

  public EpochEnded end(int rank, int epoch, long losses) {
    return new EpochEnded(shard, next(), epoch, rank, worldSize, incarnations.get(rank), losses);
  }

  /** As many losses more that were refused when the batch was read. */
  public static Losses withRejected(Losses batch, int rejected) {
    return new Losses(
        batch.shard(),
        batch.position(),
        batch.epoch(),
        batch.rank(),
        batch.incarnation(),
        batch.sequence(),
        batch.block(),
        rejected);
  }

  /** Local indices of a batch. */
  public static long[] indices(Losses batch) {
    long[] indices = new long[batch.block().count()];
    batch.block().decode(indices, new float[indices.length]);
    return indices;
  }

  /** Losses of a batch. */
  public static float[] values(Losses batch) {
    float[] values = new float[batch.block().count()];
    batch.block().decode(new long[values.length], values);
    return values;
  }

  public MembersDeclared members(long generation, int fromEpoch, int newWorldSize) {
    return new MembersDeclared(shard, next(), generation, fromEpoch, newWorldSize);
  }

  private Position next() {
    long at = offset++;
    return new Position(shard, at, 1000 + at);
  }
}
