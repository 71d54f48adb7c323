package io.sluice.local.experiment;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;

/** Trains one run after the other. */
interface Trainer {

  /**
   * What came of a run.
   *
   * @param epochs in order, at least one
   * @param time wall clock
   */
  record Training(List<EpochLine> epochs, Duration time) {}

  /** Is told how far a run is, from any thread. */
  interface Watch {
    /**
     * @param part of the epoch that is trained, 0 … 1
     */
    void at(int epoch, double part);
  }

  /**
   * Trains a run to its end; nothing of it is left when this returns.
   *
   * @throws UserError when the run fails in a way that a person can mend; others may go on
   */
  Training train(RunConfig run, Watch watch) throws InterruptedException;
}
