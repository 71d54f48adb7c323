package io.sluice.local;

import io.sluice.job.selection.Band;
import io.sluice.job.selection.BandFilter;
import io.sluice.job.selection.Cluster;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.KeepHash;
import io.sluice.job.selection.Population;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Spending;
import io.sluice.job.selection.Stratum;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The selection that the job would publish if these were all the losses it knew, measured in the
 * epoch just closed.
 */
final class OfflineSelection {

  /** All samples that are given have a loss, and it is the newest. */
  private static final boolean FRESH = true;

  /**
   * What became of one cluster.
   *
   * @param keep probability with which the plan selects each of its samples
   * @param selected how many were selected
   */
  record Row(Cluster cluster, double keep, long selected) {}

  private final SelectionPlan plan;
  private final List<Row> rows;
  private final long[] selected;

  private OfflineSelection(SelectionPlan plan, List<Row> rows, long[] selected) {
    this.plan = plan;
    this.rows = rows;
    this.selected = selected;
  }

  static OfflineSelection of(Losses losses, int epoch, SelectionSettings settings) {
    Histogram histogram = new Histogram();
    for (float loss : losses.values()) {
      histogram.add(DifficultyCode.encode(loss));
    }
    SparseHistogram measured = histogram.toSparse();
    SelectionPlan plan =
        SelectionPlanner.plan(epoch, population(measured), 0, Spending.NONE, settings);

    BandFilter filter = new BandFilter(plan, settings.seed());
    long[] counts = new long[plan.clusters().size()];
    LongStream.Builder selected = LongStream.builder();
    for (int i = 0; i < losses.size(); i++) {
      long id = losses.ids()[i];
      char code = DifficultyCode.encode(losses.values()[i]);
      if (filter.select(id, code, FRESH) >= 0) {
        selected.add(id);
        counts[clusterOf(id, code, plan.clusters(), settings.seed())]++;
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      rows.add(new Row(plan.clusters().get(i), keep(i, plan, measured), counts[i]));
    }
    return new OfflineSelection(plan, rows, selected.build().toArray());
  }

  SelectionPlan plan() {
    return plan;
  }

  /** By cluster, easy to hard. */
  List<Row> rows() {
    return rows;
  }

  /** Writes the ids of the selected samples, ascending, one a line. */
  void writeIds(Writer out) throws IOException {
    for (long id : selected) {
      out.write(Long.toString(id));
      out.write('\n');
    }
  }

  long selectedCount() {
    return selected.length;
  }

  private static int clusterOf(long id, char code, List<Cluster> clusters, long seed) {
    if (shareOneCode(clusters)) {
      return (int) (KeepHash.split(seed, id) * 0x1p-63 * clusters.size());
    }
    int cluster = 0;
    while (clusters.get(cluster).upperCode() < code) {
      cluster++;
    }
    return cluster;
  }

  private static double keep(int cluster, SelectionPlan plan, SparseHistogram measured) {
    Cluster group = plan.clusters().get(cluster);
    if (shareOneCode(plan.clusters())) {
      return keepOfShare((cluster + 0.5) / plan.clusters().size(), plan.bands());
    }
    SparseHistogram within = measured.between(group.lowerCode(), group.upperCode());
    return population(within).expected(plan.bands()) / within.total();
  }

  /** Clusters that share a code are told apart by where their share of the split hash lies. */
  private static double keepOfShare(double split, List<Band> bands) {
    for (Band band : bands) {
      if (band.splitFrom() <= split && split < band.splitTo()) {
        return band.keep();
      }
    }
    return 0;
  }

  private static Population population(SparseHistogram measured) {
    return Population.of(
        measured, Map.of(new Stratum(Stratum.ANY_LABEL, Freshness.FRESH), measured));
  }

  private static boolean shareOneCode(List<Cluster> clusters) {
    return clusters.get(0).lowerCode() == clusters.get(clusters.size() - 1).upperCode();
  }
}
