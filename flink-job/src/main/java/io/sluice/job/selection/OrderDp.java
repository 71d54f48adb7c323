package io.sluice.job.selection;

import java.util.ArrayList;
import java.util.List;

/**
 * OrderDP (ICLR 2026, arXiv 2606.08574): a random subset, and of it the samples of greatest
 * difficulty. Both steps keep the same fraction, √(1 − p), so that together they keep 1 − p. A
 * quantile of the histogram stands for the order within the subset, whose difficulties are those of
 * all samples but for chance; of the samples at the quantile itself as many are kept as it takes.
 */
final class OrderDp implements Policy {

  @Override
  public Choice choose(Situation situation, double pruneRatio) {
    SparseHistogram measured = situation.measured().all();
    double subset = StrictMath.sqrt(1 - pruneRatio);
    double hardest = subset * measured.total();
    if (pruneRatio == 0 || hardest == 0) {
      return Policy.everything(situation, subset);
    }
    int place = measured.distinct() - 1;
    double left = hardest - measured.counts()[place];
    while (left > 0) {
      left -= measured.counts()[--place];
    }
    long here = measured.counts()[place];
    int code = measured.codes()[place];
    List<Band> bands = new ArrayList<>();
    if (code < DifficultyCode.MAX) {
      bands.add(Band.of(code + 1, DifficultyCode.MAX, subset, 1));
    }
    bands.add(Band.of(code, code, subset * (here + left) / here, 1));
    return new Choice(Window.all(situation.clusters().size()), false, bands);
  }
}
