package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.SamplesAdded;
import java.util.ArrayList;
import java.util.List;

/** Splits ranges of sample ids into what each shard is told of them. */
final class ShardRanges {

  /** Keeps a record of many small ranges well below Kafka's megabyte. */
  private static final int MAX_RANGES_PER_RECORD = 16_384;

  private ShardRanges() {}

  /**
   * @throws UserError if an id is too large
   */
  static void check(Sharding sharding, List<IdRange> samples) {
    for (IdRange range : samples) {
      if (sharding.localIndexOf(range.last()) >= Sharding.MAX_LOCAL_INDEX) {
        throw new UserError(
            String.format(
                "sample id %d is too large for %d shards; allowed: below %d",
                range.last(), sharding.shards(), sharding.sampleId(0, Sharding.MAX_LOCAL_INDEX)));
      }
    }
  }

  /** The records that declare the samples of one shard; none when it has no part in them. */
  static List<SamplesAdded> declarations(
      Sharding sharding, int shard, List<IdRange> samples, int fromEpoch) {
    List<SamplesAdded> records = new ArrayList<>();
    SamplesAdded.Builder record = SamplesAdded.newBuilder();
    long inRecord = 0;
    for (IdRange range : samples) {
      long next = firstLocalIndex(sharding, shard, range.first());
      long end = firstLocalIndex(sharding, shard, range.last()) + endsOn(sharding, shard, range);
      while (next < end) {
        long count = Math.min(end - next, Wire.MAX_SAMPLES_PER_RECORD - inRecord);
        record.addRanges(IndexRange.newBuilder().setFirst(next).setCount(count));
        next += count;
        inRecord += count;
        if (inRecord == Wire.MAX_SAMPLES_PER_RECORD
            || record.getRangesCount() == MAX_RANGES_PER_RECORD) {
          records.add(record.setShard(shard).setFromEpoch(fromEpoch).build());
          record = SamplesAdded.newBuilder();
          inRecord = 0;
        }
      }
    }
    if (inRecord > 0) {
      records.add(record.setShard(shard).setFromEpoch(fromEpoch).build());
    }
    return records;
  }

  /** Local index of the shard's first sample whose id is at least the given one. */
  private static long firstLocalIndex(Sharding sharding, int shard, long id) {
    return sharding.localIndexOf(id) + (sharding.shardOf(id) > shard ? 1 : 0);
  }

  private static int endsOn(Sharding sharding, int shard, IdRange range) {
    return sharding.shardOf(range.last()) == shard ? 1 : 0;
  }
}
