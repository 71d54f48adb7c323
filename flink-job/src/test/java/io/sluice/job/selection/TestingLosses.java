package io.sluice.job.selection;

import java.util.Random;

/** Losses to test with. */
public final class TestingLosses {
  private TestingLosses() {}

  /** So many losses, spread as those of a trained model are. */
  public static float[] logNormal(int count, long seed) {
    Random random = new Random(seed);
    float[] losses = new float[count];
    for (int i = 0; i < count; i++) {
      losses[i] = (float) Math.exp(random.nextGaussian());
    }
    return losses;
  }
}
