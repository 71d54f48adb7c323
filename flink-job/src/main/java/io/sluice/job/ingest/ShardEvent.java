package io.sluice.job.ingest;

import io.sluice.job.serde.SerializerTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Something that happened to one shard, checked as far as one record alone can be checked. */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public sealed interface ShardEvent {

  TypeInformation<ShardEvent> TYPE =
      new SerializerTypeInfo<>(ShardEvent.class, new ShardEventSerializer());

  int shard();

  /** Where the record stands that said so. */
  Position position();

  /**
   * Losses that one rank measured.
   *
   * @param epoch epoch they were measured in, from 0
   * @param sequence number of the batch among those of (rank, incarnation, shard)
   * @param block the samples, and a finite loss of each
   * @param rejected how many more losses the batch had that were refused; they count as received
   */
  record Losses(
      int shard,
      Position position,
      int epoch,
      int rank,
      long incarnation,
      long sequence,
      LossBlock block,
      int rejected)
      implements ShardEvent {

    /** Losses the agent sent in this batch, refused ones included. */
    public int sent() {
      return block.count() + rejected;
    }
  }

  /**
   * A rank has ended an epoch in this shard.
   *
   * @param epoch the epoch that ends, from -1
   * @param losses how many losses this incarnation sent for this shard in this epoch
   */
  record EpochEnded(
      int shard,
      Position position,
      int epoch,
      int rank,
      int worldSize,
      long incarnation,
      long losses)
      implements ShardEvent {}

  /**
   * An agent has started.
   *
   * @param epoch first epoch it is going to train, from 0
   * @param nonce the same in a repeat of the record; 0 for none
   */
  record Joined(
      int shard,
      Position position,
      int rank,
      int worldSize,
      int epoch,
      long incarnation,
      long nonce)
      implements ShardEvent {}

  /**
   * Samples exist from an epoch on.
   *
   * @param fromEpoch first epoch whose selection may hold them
   * @param firsts first local index of each range
   * @param counts number of samples of each range
   * @param datasetSize one more than the greatest sample id declared so far; 0 for not said
   * @param labels class of each sample, in the order of the ranges; null for none
   */
  record SamplesDeclared(
      int shard,
      Position position,
      int fromEpoch,
      long[] firsts,
      long[] counts,
      long datasetSize,
      char[] labels)
      implements ShardEvent {}

  /**
   * Samples are gone for good.
   *
   * @param firsts first local index of each range
   * @param counts number of samples of each range
   */
  record SamplesRetired(int shard, Position position, long[] firsts, long[] counts)
      implements ShardEvent {}

  /**
   * The ranks are 0 to W − 1 from an epoch on.
   *
   * @param generation which declaration it is; a later one has a greater generation
   * @param worldSize W
   */
  record MembersDeclared(
      int shard, Position position, long generation, int fromEpoch, int worldSize)
      implements ShardEvent {}
}
