package io.sluice.job.recluster;

import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.difficulty.ShardReport.Samples;
import io.sluice.job.difficulty.World;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.SparseHistogram;
import java.util.BitSet;

/** The reports of one epoch, merged as they come. Mutable. */
final class EpochMerge {

  /**
   * What the reports so far say together, but for the difficulties.
   *
   * @param world the newest that a shard has closed the epoch with: they may differ while a
   *     membership changes
   * @param endedAtMillis Kafka timestamp of the epoch's last EpochEnd
   * @param logOffset where in its partition shard 0 closed the epoch
   */
  record Totals(Samples samples, World world, long endedAtMillis, long logOffset) {

    static final Totals NONE = new Totals(Samples.NONE, World.UNKNOWN, Long.MIN_VALUE, 0);

    Totals plus(ShardReport report) {
      return new Totals(
          samples.plus(report.samples()),
          world.newer(report.world()),
          Math.max(endedAtMillis, report.endedAtMillis()),
          report.shard() == 0 ? report.logOffset() : logOffset);
    }
  }

  private final Histogram histogram = new Histogram();
  private final BitSet shards;
  private Totals totals;

  EpochMerge() {
    this(new BitSet(), Totals.NONE, SparseHistogram.empty());
  }

  EpochMerge(BitSet shards, Totals totals, SparseHistogram measured) {
    this.shards = shards;
    this.totals = totals;
    histogram.add(measured);
  }

  /** Returns false for a shard that has reported already, whose report changes nothing. */
  boolean add(ShardReport report) {
    if (shards.get(report.shard())) {
      return false;
    }
    shards.set(report.shard());
    totals = totals.plus(report);
    histogram.add(report.measured());
    return true;
  }

  int reported() {
    return shards.cardinality();
  }

  BitSet shards() {
    return shards;
  }

  Totals totals() {
    return totals;
  }

  SparseHistogram measured() {
    return histogram.toSparse();
  }

  EpochMerge deepCopy() {
    return new EpochMerge((BitSet) shards.clone(), totals, measured());
  }
}
