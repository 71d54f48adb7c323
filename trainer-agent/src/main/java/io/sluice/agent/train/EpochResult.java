package io.sluice.agent.train;

import java.time.Duration;

/**
 * What one epoch came to, on one rank.
 *
 * @param trained number of samples this rank trained on
 * @param resumed how many of these a checkpoint had already
 * @param selected number of samples selected over all ranks
 * @param known number of samples the run knew when it selected
 * @param meanLoss mean of the unweighted losses, in nats; NaN if nothing was trained
 * @param testAccuracy share of the test split that is classified right, 0 … 1
 * @param trainTime time spent on training the others, without evaluation and averages
 * @param testTime time spent on the test split
 * @param turnaround time from this rank's end of the epoch before to the selection being here
 * @param gpuIdle how long training stood still for the protocol before this epoch: to end the epoch
 *     before and to get this one's selection; averages come on top
 * @param averages how the parameters were averaged with those of the other ranks
 */
public record EpochResult(
    int epoch,
    long trained,
    long resumed,
    long selected,
    long known,
    double meanLoss,
    double testAccuracy,
    Duration trainTime,
    Duration testTime,
    Duration turnaround,
    Duration gpuIdle,
    EpochAverages averages) {}
