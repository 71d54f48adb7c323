package io.sluice.agent.client;

import java.util.Comparator;

/**
 * A moment of training at which all ranks take the mean of their parameters. They come in the order
 * of epoch and step.
 *
 * @param epoch the epoch that was trained last, from 0
 * @param step its number within the epoch, from 1
 * @param endsEpoch whether it is the epoch's last
 */
public record SyncPoint(int epoch, int step, boolean endsEpoch) implements Comparable<SyncPoint> {

  private static final Comparator<SyncPoint> ORDER =
      Comparator.comparingInt(SyncPoint::epoch).thenComparingInt(SyncPoint::step);

  /** The one that ends an epoch, for whoever does not know its step. */
  static SyncPoint endOf(int epoch) {
    return new SyncPoint(epoch, Integer.MAX_VALUE, true);
  }

  /** Whether the two are one; of an epoch's ends there is but one, whatever its step. */
  boolean isSame(SyncPoint other) {
    return epoch == other.epoch && ((endsEpoch && other.endsEpoch) || step == other.step);
  }

  @Override
  public int compareTo(SyncPoint other) {
    return ORDER.compare(this, other);
  }

  /** For people. */
  @Override
  public String toString() {
    return endsEpoch ? "the end of epoch " + epoch : "step " + step + " of epoch " + epoch;
  }
}
