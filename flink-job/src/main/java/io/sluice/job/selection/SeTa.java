package io.sluice.job.selection;

import java.util.List;

/**
 * SeTa (CVPR 2025, arXiv 2503.13385, section 3): a window slides over the clusters, from easy to
 * hard and again, and within it samples are pruned at random. Partial annealing lifts the window at
 * the end.
 */
final class SeTa implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    List<Cluster> clusters = situation.clusters();
    if (isWhole(situation)) {
      return new Choice(
          Window.all(clusters.size()),
          situation.annealing(),
          List.of(Band.everywhere(1 - pruneRatio)));
    }
    Window window =
        Window.sliding(situation.epoch(), clusters.size(), situation.settings().windowScale());
    return new Choice(window, false, List.of(bandOf(window, clusters, 1 - pruneRatio)));
  }

  @Override
  public double volume(Situation situation, double pruneRatio) {
    if (isWhole(situation)) {
      return Policy.super.volume(situation, pruneRatio);
    }
    int sweep = sweep(situation);
    double sum = 0;
    for (int start = 0; start < sweep; start++) {
      Window window = new Window(start, situation.clusters().size() - sweep + 1, false);
      sum +=
          situation
              .measured()
              .expected(List.of(bandOf(window, situation.clusters(), 1 - pruneRatio)));
    }
    return sum / sweep;
  }

  @Override
  public int sweep(Situation situation) {
    int clusters = situation.clusters().size();
    return isWhole(situation)
        ? 1
        : clusters - Window.sizeOf(clusters, situation.settings().windowScale()) + 1;
  }

  private static boolean isWhole(Situation situation) {
    return situation.epoch() == 0 || situation.annealing() || situation.clusters().isEmpty();
  }

  private static Band bandOf(Window window, List<Cluster> clusters, double keep) {
    double count = clusters.size();
    int end = window.start() + window.size();
    Band band =
        Band.of(
            clusters.get(window.start()).lowerCode(), clusters.get(end - 1).upperCode(), keep, 1);
    boolean oneCode = clusters.get(0).lowerCode() == clusters.get(clusters.size() - 1).upperCode();
    return oneCode ? band.split(window.start() / count, end / count) : band;
  }
}
