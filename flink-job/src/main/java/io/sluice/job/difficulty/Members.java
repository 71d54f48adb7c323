package io.sluice.job.difficulty;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Who has to end an epoch.
 *
 * @param generation grows with every change
 * @param fromEpoch first epoch they have to end
 * @param ranks ascending; empty before the first agent has joined
 * @param worldSize W that agents of the generation count with; 0 where a Membership record made it,
 *     since its ranks go on with what they had
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Members(int generation, int fromEpoch, int[] ranks, int worldSize) {

  static final Members NOBODY = new Members(-1, -1, new int[0], 0);

  /** The ranks of a generation that begins with its agents' Join records. */
  static Members joined(int generation, int fromEpoch, int worldSize) {
    return new Members(generation, fromEpoch, IntStream.range(0, worldSize).toArray(), worldSize);
  }

  /** Those who are left, by a Membership record; their agents write on. */
  static Members declared(int generation, int fromEpoch, int[] ranks) {
    return new Members(generation, fromEpoch, ranks, 0);
  }

  boolean beginsWithJoins() {
    return worldSize > 0;
  }

  boolean contains(int rank) {
    return Arrays.binarySearch(ranks, rank) >= 0;
  }
}
