package io.sluice.job.selection;

import io.sluice.job.selection.Policy.Situation;
import java.util.OptionalDouble;

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
    int sweep = policy.sweep(situation);
    double share = share(epoch, sweep, settings);
    if (!limits.hasBudget()) {
      return limits.swing() == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(policy.volume(situation, settings.pruneRatio()) * share);
    }
    double known = situation.measured().total() + unseen;
    if (settings.cycle() == 0) {
      return OptionalDouble.of(limits.budget() * known * share - unseen);
    }
    int end = epoch - epoch % settings.cycle() + settings.cycle();
    double shares = 0;
    double whole = 0;
    for (int later = epoch; later < end; later++) {
      if (policy.takesAll(later, settings)) {
        whole += known;
      } else {
        shares += share(later, sweep, settings);
      }
    }
    double total = limits.budget() * (spent.known() + known * (end - epoch));
    double left = total - spent.selected() - whole;
    return OptionalDouble.of(Math.max(0, Math.min(known, left * share / shares) - unseen));
  }

  /** Low first, since selection 0 has taken everything. */
  private static double share(int epoch, int sweep, SelectionSettings settings) {
    int inCycle = settings.cycle() == 0 ? epoch : epoch % settings.cycle();
    boolean high = (Math.max(0, inCycle - 1) / sweep) % 2 == 1;
    double swing = settings.limits().swing();
    return high ? 1 + swing : 1 - swing;
  }
}
