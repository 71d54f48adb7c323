package io.sluice.job.difficulty;

import java.util.stream.IntStream;

/**
 * Who has to end an epoch.
 *
 * @param generation grows with every change
 * @param fromEpoch first epoch they have to end
 * @param ranks ascending; empty before the first agent has joined
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Members(int generation, int fromEpoch, int[] ranks) {

  static final Members NOBODY = new Members(-1, -1, new int[0]);

  static Members of(int generation, int fromEpoch, int worldSize) {
    return new Members(generation, fromEpoch, IntStream.range(0, worldSize).toArray());
  }

  boolean contains(int rank) {
    return java.util.Arrays.binarySearch(ranks, rank) >= 0;
  }
}
