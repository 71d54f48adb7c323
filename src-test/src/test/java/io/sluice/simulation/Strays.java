package io.sluice.simulation;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;

/** Writes what nobody should. All of it has to be refused. */
final class Strays implements Actor {

  private final Run run;
  private final Dice dice;
  private final Sharding sharding;
  private int left;

  Strays(Run run, int count, Dice dice) {
    this.run = run;
    this.dice = dice;
    this.sharding = run.scenario().sharding();
    this.left = count;
  }

  @Override
  public boolean act() {
    // The first Join of all says who the ranks are, so none of these may be it.
    if (left == 0 || !run.isJoinedEverywhere()) {
      return false;
    }
    left--;
    int shard = dice.between(0, sharding.shards() - 1);
    int partition = sharding.partitionOf(shard);
    if (dice.chance(0.1)) {
      run.append(partition, dice.bytes(dice.between(0, 40)));
    } else {
      LossEvent event = any(shard, partition);
      run.append(event.hasLossBatch() && dice.chance(0.1) ? other(partition) : partition, event);
    }
    return true;
  }

  private int other(int partition) {
    return (partition + 1) % sharding.partitions();
  }

  private LossEvent any(int shard, int partition) {
    int rank = dice.between(0, run.scenario().mostRanks() - 1);
    int strange = dice.between(1000, 70_000);
    return switch (dice.between(0, 11)) {
      case 0 -> Records.of(end(shard, rank)).toBuilder().setVersion(2).build();
      case 1 -> Records.of(batch(shard, strange).setIncarnation(0));
      case 2 -> Records.of(batch(shard, rank).setIncarnation(-1));
      case 3 -> Records.of(batch(shard, rank).setIncarnation(1L << 40));
      case 4 -> Records.of(batch(sharding.shards() + 1, rank));
      case 5 -> Records.of(join(rank).setWorldSize(9));
      case 6 -> Records.of(join(1000));
      case 7 -> Records.of(join(rank).setShards(sharding.shards() + 1));
      case 8 -> Records.of(end(shard, rank).setIncarnation(1L << 40));
      case 9 -> Records.of(end(shard, rank).setEpoch(-2));
      case 10 ->
          partition == 0
              ? Records.of(Membership.newBuilder().setWorldSize(0))
              : Records.of(
                  Membership.newBuilder()
                      .setGeneration(dice.between(-1, 0))
                      .setFromEpoch(run.scenario().epochs())
                      .setWorldSize(dice.between(1, 4)));
      default ->
          Records.event()
              .setSamplesAdded(
                  SamplesAdded.newBuilder().setShard(shard).setFromEpoch(dice.between(0, 3)))
              .build();
    };
  }

  private EpochEnd.Builder end(int shard, int rank) {
    return EpochEnd.newBuilder()
        .setShard(shard)
        .setEpoch(dice.between(-1, run.scenario().epochs()))
        .setRank(rank)
        .setWorldSize(run.scenario().mostRanks());
  }

  private LossBatch.Builder batch(int shard, int rank) {
    return LossBatch.newBuilder()
        .setShard(shard)
        .setEpoch(dice.between(0, run.scenario().epochs()))
        .setRank(rank)
        .setSequence(dice.between(0, 100))
        .addLocalIndexDeltas(dice.between(0, 3))
        .addLosses(1234);
  }

  private Join.Builder join(int rank) {
    return Join.newBuilder()
        .setRank(rank)
        .setWorldSize(run.scenario().world())
        .setEpoch(dice.between(0, run.scenario().epochs()))
        .setIncarnation(1L << 40)
        .setShards(sharding.shards())
        .setNonce(dice.number());
  }
}
