package io.sluice.job.selection;

import java.util.List;

/**
 * Makes a selection plan from the difficulties measured so far.
 *
 * <p>If all difficulties are equal there is nothing to cluster: the samples are then split evenly
 * by hash into k groups that share the one code, and a window over them becomes a share of the
 * split hash.
 */
public final class SelectionPlanner {
  private SelectionPlanner() {}

  /**
   * Plans one selection; a pure function.
   *
   * @param epoch which selection, from 0
   * @param measured the difficulties of all samples that have one
   * @param unseen how many samples have none yet
   * @throws IllegalArgumentException if epoch or unseen is negative
   */
  public static SelectionPlan plan(
      int epoch, SparseHistogram measured, long unseen, SelectionSettings settings) {
    if (epoch < 0 || unseen < 0) {
      throw new IllegalArgumentException(
          "cannot plan selection %d with %d unseen samples".formatted(epoch, unseen));
    }
    List<Cluster> clusters = KMeans1D.cluster(measured, settings.clusters());
    if (measured.distinct() == 1) {
      clusters = clusters.get(0).splitEvenly(settings.clusters());
    }
    PolicyKind policy = settings.policy();
    PolicyKind.Choice choice = policy.choose(epoch, clusters, settings);
    List<Band> bands = unseen > 0 ? choice.bands() : NeverEmpty.ensure(choice.bands(), measured);
    return new SelectionPlan(
        epoch,
        policy,
        measured.total(),
        unseen,
        choice.window(),
        choice.annealing(),
        clusters,
        bands);
  }
}
