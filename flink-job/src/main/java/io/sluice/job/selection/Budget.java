package io.sluice.job.selection;

import io.sluice.job.selection.Policy.Situation;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How many samples a selection is to take, so that a cycle keeps within its budget: what is left of
 * it is shared by the selections that are left. With a swing, the shares alternate between low and
 * high, one sweep of the policy each (PODS, arXiv 2605.14773: the same total, in phases of few
 * samples and of many).
 */
final class Budget {

  private Budget() {}

  /**
   * Number of measured samples to take, on average over the policy's sweep; empty to leave it to
   * the policy's prune ratio.
   *
   * @param unseen samples without a loss, which are taken whatever the budget says
   * @param spent what the cycle has come to so far
   */
  static OptionalDouble target(Policy policy, Situation situation, long unseen, Spending spent) {
    SelectionSettings settings = situation.settings();
    int epoch = situation.epoch();
    if (policy.takesAll(epoch, settings)) {
      return OptionalDouble.empty();
    }
    Limits limits = settings.limits();
    if (!limits.hasBudget()) {
      return limits.swing() == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(
              policy.volume(situation, settings.pruneRatio())
                  * share(epoch, settings, policy.sweep(situation), limits.swing()));
    }
    double known = situation.measured().total() + unseen;
    double samples =
        settings.cycle() == 0
            ? ofEndless(policy, situation, known)
            : ofCycle(policy, situation, known, spent);
    return OptionalDouble.of(Math.max(0, Math.min(known, samples) - unseen));
  }

  private static double ofEndless(Policy policy, Situation situation, double known) {
    double mean = situation.settings().limits().budget() * known;
    return mean
        * share(
            situation.epoch(),
            situation.settings(),
            policy.sweep(situation),
            swing(situation, mean, known));
  }

  private static double ofCycle(Policy policy, Situation situation, double known, Spending spent) {
    SelectionSettings settings = situation.settings();
    int epoch = situation.epoch();
    int end = epoch - epoch % settings.cycle() + settings.cycle();
    int[] selections =
        IntStream.range(epoch, end).filter(later -> !policy.takesAll(later, settings)).toArray();
    double whole = known * (end - epoch - selections.length);
    double total = settings.limits().budget() * (spent.known() + known * (end - epoch));
    double left = total - spent.selected() - whole;
    double swing = swing(situation, left / selections.length, known);
    int sweep = policy.sweep(situation);
    double shares = 0;
    for (int later : selections) {
      shares += share(later, settings, sweep, swing);
    }
    return left * share(epoch, settings, sweep, swing) / shares;
  }

  /** No further than to all samples, or the high volumes would not make up for the low ones. */
  private static double swing(Situation situation, double mean, double known) {
    return Math.max(0, Math.min(situation.settings().limits().swing(), known / mean - 1));
  }

  /** Low first, since selection 0 has taken everything. */
  private static double share(int epoch, SelectionSettings settings, int sweep, double swing) {
    int cycle = settings.cycle();
    int inCycle = cycle == 0 ? epoch : epoch % cycle;
    boolean high = Math.max(0, inCycle - 1) / sweep % 2 == 1;
    return high ? 1 + swing : 1 - swing;
  }
}
