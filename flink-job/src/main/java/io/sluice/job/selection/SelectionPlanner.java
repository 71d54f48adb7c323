package io.sluice.job.selection;

import io.sluice.job.selection.Policy.Choice;
import io.sluice.job.selection.Policy.Situation;
import java.util.List;
import java.util.OptionalDouble;

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
   * @param measured all samples that have a difficulty
   * @param unseen how many samples have none yet
   * @param spent what the selections before it in its cycle come to
   * @throws IllegalArgumentException if epoch or unseen is negative
   */
  public static SelectionPlan plan(
      int epoch, Population measured, long unseen, Spending spent, SelectionSettings settings) {
    if (epoch < 0 || unseen < 0) {
      throw new IllegalArgumentException(
          "cannot plan selection %d with %d unseen samples".formatted(epoch, unseen));
    }
    List<Cluster> clusters = KMeans1D.cluster(measured.all(), settings.clusters());
    if (measured.all().distinct() == 1) {
      clusters = clusters.get(0).splitEvenly(settings.clusters());
    }
    Situation situation = new Situation(epoch, clusters, measured, settings);
    Choice choice = choose(situation, unseen, spent);
    List<Band> bands = bands(choice, measured, unseen, settings.limits());
    List<TopUp> topUps = ClassFloor.topUps(bands, measured, settings.limits().classFloor());
    return new SelectionPlan(
        epoch,
        settings.policy(),
        measured.total(),
        unseen,
        choice.window(),
        choice.annealing(),
        clusters,
        bands,
        topUps,
        unseen + measured.expected(bands) + ClassFloor.expected(topUps, bands, measured));
  }

  private static Choice choose(Situation situation, long unseen, Spending spent) {
    Policy policy = situation.settings().policy().policy();
    OptionalDouble target = Budget.target(policy, situation, unseen, spent);
    return target.isPresent()
        ? Volume.choose(policy, situation, target.getAsDouble())
        : policy.choose(situation, situation.settings().pruneRatio());
  }

  private static List<Band> bands(Choice choice, Population measured, long unseen, Limits limits) {
    double known = measured.total() + unseen;
    List<Band> bands =
        Volume.within(
            choice.bands(),
            measured,
            limits.minSelected() * known - unseen,
            limits.maxSelected() * known - unseen);
    return unseen > 0 ? bands : NeverEmpty.ensure(bands, measured);
  }
}
