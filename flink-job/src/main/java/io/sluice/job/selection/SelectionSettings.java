package io.sluice.job.selection;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a run selects by. The symbols are those of the SeTa paper (arXiv 2503.13385, section 3).
 *
 * @param policy how samples are chosen
 * @param clusters k, the number of difficulty groups, from 1 to {@value #MAX_CLUSTERS}
 * @param windowScale α, the fraction of the groups that the window takes, above 0 and up to 1
 * @param pruneRatio p, the fraction of measured samples dropped at random, from 0 to 1
 * @param annealingStart δ, the fraction of a cycle after which there is no window, from 0 (never a
 *     window) to 1 (always)
 * @param cycle E, after how many selections annealing has come to its end and the next cycle
 *     begins: the length of the run unless it is annealed more than once; 0 when it never is
 * @param seed what the random choices derive from
 */
public record SelectionSettings(
    PolicyKind policy,
    int clusters,
    double windowScale,
    double pruneRatio,
    double annealingStart,
    int cycle,
    long seed)
    implements Serializable {

  /** Far beyond what a window can use; it bounds the planner's memory to some 32 MB. */
  public static final int MAX_CLUSTERS = 256;

  /** However high the prune ratio is, this fraction stays, as in the released SeTa code. */
  private static final double LEAST_KEEP_RATIO = 0.1;

  public SelectionSettings {
    Objects.requireNonNull(policy, "policy");
    require(
        clusters >= 1 && clusters <= MAX_CLUSTERS, "clusters", clusters, "1 to " + MAX_CLUSTERS);
    require(windowScale > 0 && windowScale <= 1, "window scale", windowScale, "above 0, up to 1");
    require(pruneRatio >= 0 && pruneRatio <= 1, "prune ratio", pruneRatio, "0 to 1");
    require(
        annealingStart >= 0 && annealingStart <= 1, "annealing start", annealingStart, "0 to 1");
    require(cycle >= 0, "cycle", cycle, "0 or more");
  }

  private static void require(boolean valid, String name, Object value, String allowed) {
    if (!valid) {
      throw new IllegalArgumentException("%s is %s; allowed: %s".formatted(name, value, allowed));
    }
  }

  /** Returns r, the probability with which a sample survives random pruning: 0.1 to 1. */
  public double keepRatio() {
    return Math.min(1, Math.max(LEAST_KEEP_RATIO, 1 - pruneRatio));
  }

  /** Returns whether a selection, counted from 0, comes after the annealing start of its cycle. */
  boolean annealing(int epoch) {
    return cycle > 0 && epoch % cycle + 1 > annealingStart * cycle;
  }
}
