package io.sluice.agent.train;

import java.util.Optional;

/** Where a {@link TrainingLoop} gets its samples from and where it reports their losses to. */
public interface SelectionFeed {

  /**
   * Waits for what this agent is to train next.
   *
   * @param epoch the least epoch it may be of; a rank that is added to a run begins later
   * @return empty when the agent has no part in the run any more
   */
  Optional<EpochSamples> await(int epoch) throws InterruptedException;

  /**
   * Takes the loss of each of the first {@code count} samples, unweighted, in nats, as the model
   * was just before it learned from them. It may be called once per batch with the same arrays, and
   * must not wait for I/O. A loss may be NaN or infinite.
   */
  void report(long[] ids, float[] losses, int count);

  /**
   * As {@link #report}, for losses that an agent before this one has reported already. It may wait,
   * since they come faster than by training.
   */
  void reportAgain(long[] ids, float[] losses, int count) throws InterruptedException;

  /**
   * Says that training on {@code epoch} is over and all its losses have been reported; need not
   * wait for what follows.
   */
  void endEpoch(int epoch) throws InterruptedException;

  /**
   * Waits until whatever was reported would outlive this process: a checkpoint must not be ahead of
   * it.
   */
  void awaitDelivery() throws InterruptedException;
}
