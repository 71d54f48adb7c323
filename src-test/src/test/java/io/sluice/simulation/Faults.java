package io.sluice.simulation;

/**
 * What goes wrong, at most. The chances are those of each step.
 *
 * @param kills of agents
 * @param olderCheckpoint that an agent is not started from its newest checkpoint
 * @param repeat that a record is written twice
 * @param lost batches of losses that Kafka acknowledges and loses
 * @param strays records of nobody, and batches that make no sense
 * @param jobFailures from which the job restarts at its last checkpoint
 * @param rescales savepoints from which it goes on with other parallelism
 * @param repeatedReports that a shard's report of an epoch reaches the plan twice, as it may where
 *     checkpoints are taken at least once
 */
record Faults(
    int kills,
    double olderCheckpoint,
    double repeat,
    int lost,
    int strays,
    int jobFailures,
    int rescales,
    double repeatedReports) {

  static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0);

  static Faults of(Scenario scenario, Dice dice) {
    return new Faults(
        dice.chance(0.7) ? dice.between(1, 4) : 0,
        dice.pick(0, 0.3, 0.6),
        dice.pick(0, 0.05, 0.2),
        // What is lost of the rest of an epoch goes unnoticed when the agent starts after it.
        scenario.restShare() == 0 && dice.chance(0.3) ? dice.between(1, 2) : 0,
        dice.chance(0.6) ? dice.between(1, 12) : 0,
        dice.chance(0.6) ? dice.between(1, 3) : 0,
        dice.chance(0.3) ? 1 : 0,
        dice.pick(0, 0, 0.1));
  }
}
