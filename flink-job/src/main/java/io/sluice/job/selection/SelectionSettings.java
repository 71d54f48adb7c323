package io.sluice.job.selection;

import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a run selects by. The symbols are those of the SeTa paper (arXiv 2503.13385, section 3).
 *
 * @param policy how samples are chosen
 * @param clusters k, the number of difficulty groups, from 1 to {@value #MAX_CLUSTERS}
 * @param windowScale α, the fraction of the groups that the window takes, above 0 and up to 1
 * @param pruneRatio p, the fraction that is pruned of what the policy may prune, from 0 to 1; it is
 *     taken as at most {@value #MOST_PRUNED}, as in the released SeTa code
 * @param annealingStart δ, the fraction of a cycle after which there is no window, from 0 (never a
 *     window) to 1 (always)
 * @param cycle E, after how many selections annealing has come to its end and the next cycle
 *     begins: the length of the run unless it is annealed more than once; 0 when it never is
 * @param seed what the random choices derive from
 * @param limits how much selections take, and how far the policy may go
 */
public record SelectionSettings(
    PolicyKind policy,
    int clusters,
    double windowScale,
    double pruneRatio,
    double annealingStart,
    int cycle,
    long seed,
    Limits limits)
    implements Serializable {

  /** Far beyond what a window can use; it bounds the planner's memory to some 32 MB. */
  public static final int MAX_CLUSTERS = 256;

  /** However high the prune ratio is, the rest stays. */
  static final double MOST_PRUNED = 0.9;

  public SelectionSettings {
    Objects.requireNonNull(policy, "policy");
    require(
        clusters >= 1 && clusters <= MAX_CLUSTERS, "clusters", clusters, "1 to " + MAX_CLUSTERS);
    require(windowScale > 0 && windowScale <= 1, "window scale", windowScale, "above 0, up to 1");
    require(pruneRatio >= 0 && pruneRatio <= 1, "prune ratio", pruneRatio, "0 to 1");
    require(
        annealingStart >= 0 && annealingStart <= 1, "annealing start", annealingStart, "0 to 1");
    require(cycle >= 0, "cycle", cycle, "0 or more");
    pruneRatio = Math.min(pruneRatio, MOST_PRUNED);
    Objects.requireNonNull(limits, "limits");
  }

  private static void require(boolean valid, String name, Object value, String allowed) {
    if (!valid) {
      throw new IllegalArgumentException("%s is %s; allowed: %s".formatted(name, value, allowed));
    }
  }

  /** Returns whether a selection is the first of a cycle. */
  public boolean beginsCycle(int epoch) {
    return cycle == 0 ? epoch == 0 : epoch % cycle == 0;
  }

  /** Returns whether a selection, counted from 0, comes after the annealing start of its cycle. */
  boolean annealing(int epoch) {
    return cycle > 0 && epoch % cycle + 1 > annealingStart * cycle;
  }

  /** Returns what in these settings contradicts the rest, for people; empty if nothing does. */
  public Optional<String> contradiction() {
    int length = cycle == 0 ? 2 : cycle;
    int whole = 1; // selection 0, since nothing is measured yet
    for (int epoch = 1; epoch < length; epoch++) {
      whole += policy.policy().takesAll(epoch, this) ? 1 : 0;
    }
    boolean spent = cycle == 0 ? whole == length : whole >= limits.budget() * cycle;
    if (!limits.hasBudget() || !spent) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "budget is %s, but the policy %s takes everything in %s, which is as much or more; raise"
                + " the budget, train for more epochs%s",
            limits.budget(),
            policy.label(),
            cycle == 0 ? "every epoch" : "%d of %d epochs".formatted(whole, cycle),
            policy == PolicyKind.INFOBATCH
                ? ", raise annealing-start"
                : ", or take another policy"));
  }
}
