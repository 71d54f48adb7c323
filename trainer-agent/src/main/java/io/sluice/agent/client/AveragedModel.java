package io.sluice.agent.client;

import java.util.List;

/**
 * The mean of the ranks' models at a synchronisation.
 *
 * @param ranks number of ranks whose values are in all of it; 0 where no rank's were finite
 * @param leftOut ranks whose values are not, since they were not finite, ascending
 * @param values of all parameters; of no use where {@code ranks} is 0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; millions of values are not boxed
public record AveragedModel(SyncPoint sync, int ranks, List<Integer> leftOut, float[] values) {}
