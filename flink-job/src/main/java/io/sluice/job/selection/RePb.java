package io.sluice.job.selection;

import java.util.List;
import java.util.Set;

/**
 * RePB (ICLR 2026, openreview Zw1Uw7u6Su): a sample whose loss was below the mean of its own
 * mini-batch is kept with 1 − ρ, and so is one that was not in the last selection; each is weighted
 * by the selections it could have been in over those that it was in. The prune ratio is ρ.
 *
 * <p>Difficulties are relative to the mini-batch, so its mean is 0 for all of them.
 */
final class RePb implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    double keep = 1 - pruneRatio;
    return new Choice(
        Window.all(situation.clusters().size()),
        false,
        List.of(
            band(DifficultyCode.ZERO, DifficultyCode.MAX, Freshness.FRESH, 1),
            band(DifficultyCode.MIN, DifficultyCode.MAX, Freshness.ANY, keep)));
  }

  private static Band band(int lowerCode, int upperCode, Freshness freshness, double keep) {
    return new Band(lowerCode, upperCode, freshness, 0, 1, keep, 1, true);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.FRESHNESS, Need.INCLUSION, Need.RELATIVE_LOSS);
  }
}
