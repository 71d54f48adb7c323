package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.ArrayList;
import java.util.List;

/** Splits ranges of sample ids into what each shard is told of them. */
public final class ShardRanges {

  /** Keeps a record of many small ranges well below Kafka's megabyte. */
  private static final int MAX_RANGES_PER_RECORD = 16_384;

  /** The same for labels, of at most three bytes each. */
  private static final int MAX_LABELS_PER_RECORD = 262_144;

  private ShardRanges() {}

  /**
   * @throws UserError if an id is too large
   */
  public static void check(Sharding sharding, List<IdRange> samples) {
    for (IdRange range : samples) {
      if (sharding.localIndexOf(range.last()) >= Sharding.MAX_LOCAL_INDEX) {
        throw new UserError(
            String.format(
                "sample id %d is too large for %d shards; allowed: below %d",
                range.last(), sharding.shards(), sharding.sampleId(0, Sharding.MAX_LOCAL_INDEX)));
      }
    }
  }

  /**
   * The records that declare the samples of one shard; none when it has no part in them, except
   * that shard 0 is always told how large the dataset is.
   *
   * @param labels classes to declare with the samples; null for none
   */
  public static List<SamplesAdded> declarations(
      Sharding sharding, int shard, List<IdRange> samples, int fromEpoch, Labels labels) {
    long mostSamples = labels == null ? Wire.MAX_SAMPLES_PER_RECORD : MAX_LABELS_PER_RECORD;
    long datasetSize = samples.stream().mapToLong(IdRange::last).max().orElse(-1) + 1;
    List<SamplesAdded> records = new ArrayList<>();
    for (List<IndexRange> ranges : records(sharding, shard, samples, mostSamples)) {
      SamplesAdded.Builder added = added(shard, fromEpoch, datasetSize).addAllRanges(ranges);
      if (labels != null) {
        addLabels(sharding, shard, ranges, labels, added);
      }
      records.add(added.build());
    }
    if (records.isEmpty() && shard == 0 && datasetSize > 0) {
      records.add(added(shard, fromEpoch, datasetSize).build());
    }
    return records;
  }

  private static void addLabels(
      Sharding sharding,
      int shard,
      List<IndexRange> ranges,
      Labels labels,
      SamplesAdded.Builder added) {
    for (IndexRange range : ranges) {
      for (long i = 0; i < range.getCount(); i++) {
        long id = sharding.sampleId(shard, range.getFirst() + i);
        int label = labels.of(id);
        if (label < 0 || label > Wire.MAX_LABEL) {
          throw new UserError(
              String.format(
                  "sample %d has the label %d; allowed: 0 to %d", id, label, Wire.MAX_LABEL));
        }
        added.addLabels(label);
      }
    }
  }

  private static SamplesAdded.Builder added(int shard, int fromEpoch, long datasetSize) {
    return SamplesAdded.newBuilder()
        .setShard(shard)
        .setFromEpoch(fromEpoch)
        .setDatasetSize(datasetSize);
  }

  /** The records that retire the samples of one shard; none when it has no part in them. */
  public static List<SamplesRetired> retirements(
      Sharding sharding, int shard, List<IdRange> samples) {
    return records(sharding, shard, samples, Wire.MAX_SAMPLES_PER_RECORD).stream()
        .map(ranges -> SamplesRetired.newBuilder().setShard(shard).addAllRanges(ranges).build())
        .toList();
  }

  /** The shard's part of the samples, as the ranges of one record after the other. */
  private static List<List<IndexRange>> records(
      Sharding sharding, int shard, List<IdRange> samples, long mostSamples) {
    List<List<IndexRange>> records = new ArrayList<>();
    List<IndexRange> record = new ArrayList<>();
    long inRecord = 0;
    for (IdRange range : samples) {
      long next = firstLocalIndex(sharding, shard, range.first());
      long end = firstLocalIndex(sharding, shard, range.last()) + endsOn(sharding, shard, range);
      while (next < end) {
        long count = Math.min(end - next, mostSamples - inRecord);
        record.add(IndexRange.newBuilder().setFirst(next).setCount(count).build());
        next += count;
        inRecord += count;
        if (inRecord == mostSamples || record.size() == MAX_RANGES_PER_RECORD) {
          records.add(record);
          record = new ArrayList<>();
          inRecord = 0;
        }
      }
    }
    if (inRecord > 0) {
      records.add(record);
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
