package io.sluice.job.selection;

import java.util.List;
import java.util.Set;

/**
 * How samples are chosen: a pure function from what is known of them to bands. Registered in {@link
 * PolicyKind}; docs/policies.md leads through a new one.
 */
interface Policy {

  /** What a policy may ask to be kept beside difficulties. */
  enum Need {
    /** Which samples were measured in the epoch just closed, in counts by {@link Stratum}. */
    FRESHNESS,
    /** Per sample, how many selections it was in, out of those it could have been in. */
    INCLUSION,
    /** Losses relative to their mini-batch's mean, instead of plain ones. */
    RELATIVE_LOSS
  }

  /**
   * What a policy decides on. A sample that no band holds is not selected.
   *
   * @param window the clusters it takes
   * @param annealing whether a rule is lifted because the cycle nears its end
   */
  record Choice(Window window, boolean annealing, List<Band> bands) {}

  /**
   * What is known when a selection is made.
   *
   * @param epoch which selection, from 0
   * @param clusters the measured samples by difficulty; either no two share a code or all share one
   */
  record Situation(
      int epoch, List<Cluster> clusters, Population measured, SelectionSettings settings) {

    boolean annealing() {
      return settings.annealing(epoch);
    }
  }

  /**
   * Chooses what the selection takes of the measured samples.
   *
   * @param pruneRatio p, the fraction that is pruned of what the policy may prune, from 0 to 1
   */
  Choice choose(Situation situation, double pruneRatio);

  /**
   * Number of measured samples that selections take with a prune ratio, in expectation, and on
   * average over a {@linkplain #sweep sweep}. It falls as the ratio grows.
   */
  default double volume(Situation situation, double pruneRatio) {
    return situation.measured().expected(choose(situation, pruneRatio).bands());
  }

  /** Number of selections after which what is chosen begins again. */
  default int sweep(Situation situation) {
    return 1;
  }

  /** Whether a selection takes everything, whatever the prune ratio and the budget. */
  default boolean takesAll(int epoch, SelectionSettings settings) {
    return false;
  }

  default Set<Need> needs() {
    return Set.of();
  }

  /** Every measured sample alike. */
  static Choice everything(Situation situation, double keep) {
    return new Choice(
        Window.all(situation.clusters().size()), false, List.of(Band.everywhere(keep)));
  }
}
