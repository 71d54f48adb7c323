package io.sluice.agent.train;

import java.time.Duration;
import java.util.List;

/** Follows a {@link TrainingLoop}, on the loop's thread. */
public interface TrainingListener {

  /** Called when the selection is known and training on it begins. */
  default void epochStarted(EpochSamples samples) {}

  /** Called next when a checkpoint says that so many of the epoch's samples are trained already. */
  default void epochResumed(int epoch, long samplesDone) {}

  /**
   * Called after each batch.
   *
   * @param meanLoss mean unweighted loss of this epoch's samples so far, in nats
   * @param samplesPerSecond over this epoch so far
   */
  default void batchDone(
      int epoch, long samplesDone, long samplesTotal, double meanLoss, double samplesPerSecond) {}

  /**
   * Called when the loop's thread was interrupted amid an epoch, before the loop ends.
   *
   * @param saved whether a checkpoint holds the samples that are trained
   */
  default void epochInterrupted(int epoch, long samplesDone, long samplesTotal, boolean saved) {}

  /**
   * Called when a checkpoint is on disk.
   *
   * @param bytes size of its file
   * @param time how long it took to write
   */
  default void checkpointSaved(long bytes, Duration time) {}

  /**
   * Called when the agent goes on with a model that others have trained, before it trains itself.
   *
   * @param sync the mean that it took
   */
  default void modelTaken(Sync sync) {}

  /**
   * Called when the parameters are the mean of the ranks' parameters.
   *
   * @param leftOut ranks that are not in it, since their parameters were not finite, ascending
   * @param time as of {@link EpochAverages#time}
   */
  default void averaged(Sync sync, List<Integer> leftOut, Duration time) {}

  /** Called when the epoch is trained, reported, evaluated and saved. */
  default void epochDone(EpochResult result) {}

  /** A listener that tells this one of everything, and then the other. */
  default TrainingListener and(TrainingListener other) {
    return new BothListeners(this, other);
  }
}
