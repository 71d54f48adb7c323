package io.sluice.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.List;
import java.util.Optional;

/** The messages of agents, as docs/protocol.md has them. */
final class Records {

  private Records() {}

  /**
   * What somebody is about to write.
   *
   * @param partition where to
   */
  record Planned(int partition, LossEvent event) {}

  static LossEvent.Builder event() {
    return LossEvent.newBuilder().setVersion(Wire.VERSION);
  }

  static LossEvent of(Join.Builder join) {
    return event().setJoin(join).build();
  }

  static LossEvent of(LossBatch.Builder batch) {
    return event().setLossBatch(batch).build();
  }

  static LossEvent of(EpochEnd.Builder end) {
    return event().setEpochEnd(end).build();
  }

  static LossEvent of(Membership.Builder membership) {
    return event().setMembership(membership).build();
  }

  /** Samples exist: those of the ids that are the shard's; empty if it need not be told. */
  static Optional<LossEvent> added(
      Sharding sharding, int shard, long firstId, long endId, int fromEpoch) {
    SamplesAdded.Builder added =
        SamplesAdded.newBuilder()
            .setShard(shard)
            .setFromEpoch(fromEpoch)
            .addAllRanges(ranges(sharding, shard, firstId, endId))
            .setDatasetSize(endId);
    return shard > 0 && added.getRangesCount() == 0
        ? Optional.empty()
        : Optional.of(event().setSamplesAdded(added).build());
  }

  /** Samples are gone: those of the ids that are the shard's; empty if there are none. */
  static Optional<LossEvent> retired(Sharding sharding, int shard, long firstId, long endId) {
    SamplesRetired.Builder retired =
        SamplesRetired.newBuilder()
            .setShard(shard)
            .addAllRanges(ranges(sharding, shard, firstId, endId));
    return retired.getRangesCount() == 0
        ? Optional.empty()
        : Optional.of(event().setSamplesRetired(retired).build());
  }

  private static List<IndexRange> ranges(Sharding sharding, int shard, long first, long end) {
    long from = indicesBelow(sharding, shard, first);
    long to = indicesBelow(sharding, shard, end);
    return from == to
        ? List.of()
        : List.of(IndexRange.newBuilder().setFirst(from).setCount(to - from).build());
  }

  /** How many ids of the shard are below a number. */
  private static long indicesBelow(Sharding sharding, int shard, long id) {
    return Math.max(0, Math.floorDiv(id - shard + sharding.shards() - 1, (long) sharding.shards()));
  }

  /** How many losses the job has to account for in a record; 0 for one of another kind. */
  static int losses(byte[] value) {
    try {
      LossEvent event = LossEvent.parseFrom(value);
      return event.getVersion() == Wire.VERSION && event.hasLossBatch()
          ? event.getLossBatch().getLossesCount()
          : 0;
    } catch (InvalidProtocolBufferException e) {
      return 0;
    }
  }
}
