package io.sluice.agent.train;

/**
 * What one rank adds to a mean.
 *
 * @param worldSize number of ranks that add to it
 * @param samples trained since the sync before: its weight
 * @param values of all parameters in the model's own order, or null where they are not finite, so
 *     that the rank is left out
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; millions of values are not boxed
public record Contribution(Sync sync, int worldSize, long samples, float[] values) {}
