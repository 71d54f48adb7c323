package io.sluice.job.selection;

import java.util.List;

/** The same random part of the measured samples in each epoch. */
final class StaticPruning implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    return new Choice(
        Window.all(situation.clusters().size()),
        false,
        List.of(Band.everywhere(1).split(0, 1 - pruneRatio)));
  }
}
