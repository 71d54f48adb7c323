package io.sluice.agent.data;

import java.util.function.UnaryOperator;

/**
 * Samples of files that may get more of them during a run: an id beyond what was read makes it look
 * at the files again. What has been read stays as it is.
 */
final class GrowingSplit<S extends SampleSplit> implements SampleSplit {

  private final UnaryOperator<S> lookAgain;
  private volatile S samples;

  /**
   * @param samples what there is at first
   * @param lookAgain from what was read before to what there is now, which begins with it
   */
  GrowingSplit(S samples, UnaryOperator<S> lookAgain) {
    this.samples = samples;
    this.lookAgain = lookAgain;
  }

  @Override
  public long count() {
    return samples.count();
  }

  @Override
  public int read(long id, float[] into, int offset) {
    return holding(id).read(id, into, offset);
  }

  @Override
  public int label(long id) {
    return holding(id).label(id);
  }

  private S holding(long id) {
    S known = samples;
    return id < known.count() ? known : grown(id);
  }

  /** Whoever comes while the files are read waits, and finds what it wants. */
  private synchronized S grown(long id) {
    if (id >= samples.count()) {
      samples = lookAgain.apply(samples);
    }
    return samples;
  }
}
