package io.sluice.agent.train;

import java.time.Duration;
import java.util.List;

/**
 * How one rank's parameters were averaged with those of the others in an epoch.
 *
 * @param syncs how often
 * @param time how long training stood still for it: to save a checkpoint, send the parameters, wait
 *     for the other ranks and take the mean
 * @param ranks number of ranks in the last mean; 0 if there was none
 * @param leftOut ranks that were left out of a mean, ascending
 */
public record EpochAverages(int syncs, Duration time, int ranks, List<Integer> leftOut) {

  /** Of an epoch that a rank trains by itself. */
  public static final EpochAverages NONE = new EpochAverages(0, Duration.ZERO, 0, List.of());
}
