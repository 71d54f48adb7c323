package io.sluice.simulation;

/**
 * How many subtasks a job has, and where its state lives.
 *
 * @param readers subtasks that read, at most one per partition
 * @param workers subtasks of the operators that are keyed by shard, at most one per shard
 * @param onDisk whether state is kept as bytes, as RocksDB does
 */
record JobShape(int readers, int workers, boolean onDisk) {

  static JobShape of(Scenario scenario, Dice dice) {
    return new JobShape(
        dice.between(1, scenario.sharding().partitions()),
        dice.between(1, scenario.sharding().shards()),
        dice.chance(0.15));
  }
}
