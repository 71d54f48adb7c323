package io.sluice.job.selection;

/** Every sample: the baseline. */
final class FullTraining implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    return Policy.everything(situation, 1);
  }

  @Override
  public boolean takesAll(int epoch, SelectionSettings settings) {
    return true;
  }
}
