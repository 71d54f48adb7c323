package io.sluice.agent.train;

/**
 * The learning rate as a function of the epochs done. It counts epochs and not steps, so that an
 * epoch with a smaller selection still moves the schedule on by one epoch.
 *
 * <p>In each cycle it follows half a cosine from the peak to 0, and begins again: the warm restarts
 * of SGDR (Loshchilov and Hutter, ICLR 2017, arXiv 1608.03983). The first cycle warms up before,
 * since neither initial weights nor the optimizer's moments are to be trusted with large steps; at
 * a restart both are there, so it begins at the peak, as in that paper.
 *
 * @param peak the highest rate
 * @param cycle length of a cycle in epochs, or 0 for a rate that stays at its peak
 */
record LearningRate(double peak, int cycle) {
  /** Part of the first cycle. */
  private static final double WARM_UP = 0.05;

  /** In epochs, where there is no cycle. */
  private static final double STEADY_WARM_UP = 1;

  /**
   * @param epochs how many are done, with the part that is done of the one under way
   */
  double at(double epochs) {
    if (cycle == 0) {
      return peak * Math.min(1, epochs / STEADY_WARM_UP);
    }
    double progress = epochs % cycle / cycle;
    double warmUp = epochs < cycle ? WARM_UP : 0;
    if (progress < warmUp) {
      return peak * progress / warmUp;
    }
    double annealed = (progress - warmUp) / (1 - warmUp);
    return peak * (1 + Math.cos(Math.PI * annealed)) / 2;
  }
}
