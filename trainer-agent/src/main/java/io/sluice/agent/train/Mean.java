package io.sluice.agent.train;

import java.util.List;

/**
 * The mean of the ranks' parameters.
 *
 * @param ranks number of ranks whose parameters are in it; 0 where no rank's were finite
 * @param leftOut ranks whose parameters are not, since they were not finite, ascending
 * @param values of all parameters, as {@link Contribution#values}; of no use where {@code ranks} is
 *     0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; millions of values are not boxed
public record Mean(Sync sync, int ranks, List<Integer> leftOut, float[] values) {}
