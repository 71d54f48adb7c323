package io.sluice.job.recluster;

import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.SparseHistogram;
import java.util.BitSet;

/** The reports of one epoch, merged as they come. Mutable. */
final class EpochMerge {

  private final Histogram histogram = new Histogram();
  private final BitSet shards;
  private long unseen;
  private long endedAtMillis;

  EpochMerge() {
    this(new BitSet(), 0, Long.MIN_VALUE, SparseHistogram.empty());
  }

  EpochMerge(BitSet shards, long unseen, long endedAtMillis, SparseHistogram measured) {
    this.shards = shards;
    this.unseen = unseen;
    this.endedAtMillis = endedAtMillis;
    histogram.add(measured);
  }

  /** Returns false for a shard that has reported already, whose report changes nothing. */
  boolean add(ShardReport report) {
    if (shards.get(report.shard())) {
      return false;
    }
    shards.set(report.shard());
    unseen += report.unseen();
    endedAtMillis = Math.max(endedAtMillis, report.endedAtMillis());
    histogram.add(report.measured());
    return true;
  }

  int reported() {
    return shards.cardinality();
  }

  BitSet shards() {
    return shards;
  }

  long unseen() {
    return unseen;
  }

  /** Kafka timestamp of the epoch's last EpochEnd, in milliseconds. */
  long endedAtMillis() {
    return endedAtMillis;
  }

  SparseHistogram measured() {
    return histogram.toSparse();
  }

  EpochMerge deepCopy() {
    return new EpochMerge((BitSet) shards.clone(), unseen, endedAtMillis, measured());
  }
}
