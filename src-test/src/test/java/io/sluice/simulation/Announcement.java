package io.sluice.simulation;

import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.simulation.Records.Planned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** What a person tells the job while a run goes on, before a certain epoch ends. */
final class Announcement implements Actor {

  private final Run run;
  private final int afterSelection;
  private final int beforeEnd;
  private final Deque<Planned> records = new ArrayDeque<>();
  private Membership.Builder membership;

  /**
   * @param afterSelection selection that has to be there before; -1 for none
   * @param beforeEnd epoch that is not ended before it is announced
   */
  private Announcement(Run run, int afterSelection, int beforeEnd) {
    this.run = run;
    this.afterSelection = afterSelection;
    this.beforeEnd = beforeEnd;
  }

  /** All that the scenario has. */
  static List<Announcement> of(Run run, Dice dice) {
    Scenario scenario = run.scenario();
    List<Announcement> all = new ArrayList<>();
    Scenario.Growth growth = scenario.growth();
    if (growth.samples() > 0) {
      Announcement samples = new Announcement(run, -1, growth.fromEpoch() - 1);
      samples.forShards(
          dice,
          shard ->
              Records.added(
                  scenario.sharding(),
                  shard,
                  scenario.samples(),
                  scenario.dataset(),
                  growth.fromEpoch()));
      all.add(samples);
    }
    Scenario.Retirement retirement = scenario.retirement();
    if (retirement.samples() > 0) {
      Announcement gone = new Announcement(run, retirement.epoch(), retirement.epoch());
      long end = (long) retirement.first() + retirement.samples();
      gone.forShards(
          dice, shard -> Records.retired(scenario.sharding(), shard, retirement.first(), end));
      all.add(gone);
    }
    Scenario.MembershipChange change = scenario.membership();
    if (change.fromEpoch() > 0) {
      Announcement ranks = new Announcement(run, 0, change.fromEpoch() - 1);
      ranks.membership =
          Membership.newBuilder().setFromEpoch(change.fromEpoch()).setWorldSize(change.world());
      ranks.records.add(new Planned(0, Records.of(ranks.membership)));
      all.add(ranks);
    }
    return all;
  }

  private void forShards(Dice dice, IntFunction<Optional<LossEvent>> event) {
    List<Planned> all = new ArrayList<>();
    for (int shard = 0; shard < run.scenario().sharding().shards(); shard++) {
      int partition = run.scenario().sharding().partitionOf(shard);
      event.apply(shard).ifPresent(told -> all.add(new Planned(partition, told)));
    }
    Collections.shuffle(all, dice.random());
    records.addAll(all);
  }

  /** Whether an epoch may be ended as far as this is concerned. */
  boolean permitsEnd(int epoch) {
    return records.isEmpty() || epoch < beforeEnd;
  }

  boolean isDone() {
    return records.isEmpty();
  }

  boolean isMembership() {
    return membership != null;
  }

  boolean isRetirement() {
    return membership == null && afterSelection >= 0;
  }

  @Override
  public boolean act() {
    if (records.isEmpty()
        || (afterSelection >= 0 && run.outputs().selection(afterSelection) == null)) {
      return false;
    }
    Planned next = records.poll();
    long offset = run.write(next);
    if (membership != null && next.partition() == 0) {
      for (int partition = 1; partition < run.scenario().sharding().partitions(); partition++) {
        records.add(new Planned(partition, Records.of(membership.setGeneration(offset))));
      }
    }
    return true;
  }
}
