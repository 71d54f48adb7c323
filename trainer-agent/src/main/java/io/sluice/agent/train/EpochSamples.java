package io.sluice.agent.train;

import java.time.Duration;

/**
 * What one rank trains on in one epoch.
 *
 * @param ids sample ids in training order
 * @param weights loss weight of each id, or null if all are 1
 * @param worldSize number of ranks that share the selection; each has as many ids
 * @param selected number of samples selected over all ranks
 * @param known number of samples the run knew when it selected
 * @param turnaround time from this rank's end of the epoch before to the selection being here
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; millions of ids are not boxed
public record EpochSamples(
    int epoch,
    long[] ids,
    float[] weights,
    int worldSize,
    long selected,
    long known,
    Duration turnaround) {

  public EpochSamples {
    if (weights != null && weights.length != ids.length) {
      throw new IllegalArgumentException(
          ids.length + " ids but " + weights.length + " weights in epoch " + epoch);
    }
  }
}
