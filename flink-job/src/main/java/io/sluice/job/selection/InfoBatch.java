package io.sluice.job.selection;

import java.util.List;

/**
 * InfoBatch (ICLR 2024, arXiv 2303.04947, section 2): a sample below the mean difficulty is kept
 * with 1 − p and then weighted with 1 / (1 − p), so that the expected gradient stays that of all
 * samples; the rest is kept as it is. The end of a cycle takes everything.
 */
final class InfoBatch implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    if (takesAll(situation.epoch(), situation.settings())) {
      Choice all = Policy.everything(situation, 1);
      return new Choice(all.window(), true, all.bands());
    }
    int firstKept = situation.measured().all().firstCodeFromMean();
    if (firstKept <= DifficultyCode.MIN || pruneRatio == 0) {
      return Policy.everything(situation, 1);
    }
    double keep = 1 - pruneRatio;
    float weight = (float) Math.min(1 / keep, situation.settings().limits().maxWeight());
    return new Choice(
        Window.all(situation.clusters().size()),
        false,
        List.of(
            Band.of(DifficultyCode.MIN, firstKept - 1, keep, weight),
            Band.of(firstKept, DifficultyCode.MAX, 1, 1)));
  }

  @Override
  public boolean takesAll(int epoch, SelectionSettings settings) {
    return settings.annealing(epoch);
  }
}
