package io.sluice.local.experiment;

import io.sluice.local.RunEpoch;
import java.time.Duration;

/**
 * One epoch of a run.
 *
 * @param known samples there were
 * @param selected samples in the selection
 * @param trained samples trained on
 * @param loss mean loss of these, in nats; null if there were none
 * @param testAccuracy fraction of the test split that is right after the epoch
 * @param trainMs time spent on training them
 * @param turnaroundMs time from the end of the epoch before to the complete selection
 * @param gpuIdleMs how long training stood still for the protocol before the epoch
 * @param elapsedMs time from the start of training to the epoch's end, its test included
 */
record EpochLine(
    int epoch,
    long known,
    long selected,
    long trained,
    Double loss,
    double testAccuracy,
    long trainMs,
    long turnaroundMs,
    long gpuIdleMs,
    long elapsedMs) {

  static EpochLine of(RunEpoch epoch, Duration elapsed) {
    return new EpochLine(
        epoch.epoch(),
        epoch.known(),
        epoch.selected(),
        epoch.trained(),
        Double.isFinite(epoch.meanLoss()) ? epoch.meanLoss() : null,
        epoch.testAccuracy(),
        epoch.trainTime().toMillis(),
        epoch.turnaround().toMillis(),
        epoch.gpuIdle().toMillis(),
        elapsed.toMillis());
  }
}
