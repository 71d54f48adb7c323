package io.sluice.agent.train;

import java.util.Comparator;

/**
 * A moment of training at which the ranks of an epoch take the mean of their parameters. They come
 * in the order of epoch and step.
 *
 * @param epoch the epoch that was trained last, from 0
 * @param step its number within the epoch, from 1
 * @param endsEpoch whether it is the epoch's last
 */
public record Sync(int epoch, int step, boolean endsEpoch) implements Comparable<Sync> {

  private static final Comparator<Sync> ORDER =
      Comparator.comparingInt(Sync::epoch).thenComparingInt(Sync::step);

  /** Before the first epoch, where all ranks have the same parameters from the seed. */
  static final Sync START = new Sync(-1, 1, true);

  boolean isAfter(Sync other) {
    return compareTo(other) > 0;
  }

  boolean isEndOf(int ofEpoch) {
    return endsEpoch && epoch == ofEpoch;
  }

  /** The epoch that is trained after it: the next one, or the rest of its own. */
  int nextEpoch() {
    return endsEpoch ? epoch + 1 : epoch;
  }

  @Override
  public int compareTo(Sync other) {
    return ORDER.compare(this, other);
  }

  /** For people. */
  @Override
  public String toString() {
    return endsEpoch ? "the end of epoch " + epoch : "step " + step + " of epoch " + epoch;
  }
}
