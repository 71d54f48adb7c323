package io.sluice.job.recluster;

import io.sluice.job.difficulty.HardSample;
import io.sluice.job.difficulty.Hardest;
import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.difficulty.ShardReport.Samples;
import io.sluice.job.difficulty.World;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
  private final Map<Stratum, SparseHistogram> strata = new TreeMap<>();
  private final Hardest hardest = new Hardest();
  private final BitSet shards;
  private Totals totals;

  EpochMerge() {
    this(new BitSet(), Totals.NONE, SparseHistogram.empty(), Map.of(), List.of());
  }

  EpochMerge(
      BitSet shards,
      Totals totals,
      SparseHistogram measured,
      Map<Stratum, SparseHistogram> strata,
      List<HardSample> hardest) {
    this.shards = shards;
    this.totals = totals;
    histogram.add(measured);
    this.strata.putAll(strata);
    this.hardest.addAll(hardest);
  }

  /** Returns false for a shard that has reported already, whose report changes nothing. */
  boolean add(ShardReport report) {
    if (shards.get(report.shard())) {
      return false;
    }
    shards.set(report.shard());
    totals = totals.plus(report);
    histogram.add(report.measured());
    report.strata().forEach((stratum, more) -> strata.merge(stratum, more, SparseHistogram::plus));
    hardest.addAll(report.hardest());
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

  /** By stratum; empty where nothing is told apart. */
  Map<Stratum, SparseHistogram> strata() {
    return strata;
  }

  /** Hardest first. */
  List<HardSample> hardest() {
    return hardest.samples();
  }

  EpochMerge deepCopy() {
    return new EpochMerge((BitSet) shards.clone(), totals, measured(), strata, hardest());
  }
}
