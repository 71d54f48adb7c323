package io.sluice.job.difficulty;

/**
 * Who has to end an epoch: the ranks 0 to W − 1.
 *
 * @param generation which declaration it is: 0 for the run's first agent, else the offset of the
 *     Membership record in partition 0
 * @param fromEpoch first epoch they have to end
 * @param worldSize W; 0 before the first agent has joined
 */
record Members(long generation, int fromEpoch, int worldSize) {

  static final Members NOBODY = new Members(-1, -1, 0);

  boolean contains(int rank) {
    return rank >= 0 && rank < worldSize;
  }

  World world() {
    return new World(generation, worldSize);
  }
}
