package io.sluice.job.selection;

/** Every measured sample with the same probability, anew in each epoch. */
final class RandomPruning implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    return Policy.everything(situation, 1 - pruneRatio);
  }
}
