package io.sluice.agent.client;

/**
 * One rank's model at a synchronisation.
 *
 * @param worldSize number of ranks that send theirs
 * @param samples trained by this rank since the synchronisation before: its weight in the mean
 * @param values of all parameters, or null where they are not finite, so that the rank is left out
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; millions of values are not boxed
public record RankModel(SyncPoint sync, int worldSize, long samples, float[] values) {}
