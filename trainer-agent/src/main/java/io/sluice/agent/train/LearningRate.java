package io.sluice.agent.train;

/**
 * The learning rate as a function of progress, the fraction of all epochs done. Progress counts
 * epochs and not steps, so that an epoch with a smaller selection still moves the schedule on by
 * one epoch.
 */
record LearningRate(double peak) {
  private static final double WARM_UP = 0.05;

  /** Rises linearly to the peak over the first 5 %, then follows half a cosine to 0. */
  double at(double progress) {
    if (progress < WARM_UP) {
      return peak * progress / WARM_UP;
    }
    double annealed = Math.min(1, (progress - WARM_UP) / (1 - WARM_UP));
    return peak * (1 + Math.cos(Math.PI * annealed)) / 2;
  }
}
