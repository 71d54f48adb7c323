package io.sluice.simulation;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.simulation.Records.Planned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * One rank of a run, after docs/protocol.md: whoever dies as it is started again. It writes one
 * record at a time.
 */
final class Agent implements Actor {

  private enum Phase {
    DOWN,
    JOINING,
    WAITING,
    TRAINING,
    /** Has trained all epochs, and only hears what becomes of it. */
    DONE,
    /** Is no member any more. */
    LEFT
  }

  private static final int MOST_STARTS = 60;
  private static final long NONE = Long.MIN_VALUE;

  private final Run run;
  private final Scenario scenario;
  private final Sharding sharding;
  private final int rank;
  private final Dice dice;

  /** First epoch that the newest checkpoint has not. */
  private int checkpoint;

  /** By how many checkpoints to go back, since losses were lost. */
  private int setback;

  private int starts;
  private Phase phase = Phase.DOWN;
  private int epoch;
  private long incarnation = NONE;
  private final Map<Integer, Long> joins = new HashMap<>();
  private final Deque<Planned> records = new ArrayDeque<>();
  private long[] sequences;
  private long[] sent;

  Agent(Run run, int rank, Dice dice) {
    this.run = run;
    this.scenario = run.scenario();
    this.sharding = scenario.sharding();
    this.rank = rank;
    this.dice = dice;
    if (rank >= scenario.world()) {
      checkpoint = dice.between(0, scenario.membership().fromEpoch());
    }
  }

  boolean isFinished() {
    return phase == Phase.DONE || phase == Phase.LEFT;
  }

  String inWords() {
    return String.format(
        "rank %d is %s in epoch %d with %d records to write", rank, phase, epoch, records.size());
  }

  @Override
  public boolean act() {
    if (phase == Phase.LEFT) {
      return false;
    }
    if (phase == Phase.DOWN) {
      return start();
    }
    DeadLetter refusal = run.outputs().refusal(rank, incarnation, joins);
    if (refusal != null && !isStillNeeded(refusal)) {
      stop(refusal);
      return true;
    }
    if (phase != Phase.DONE && run.kills()) {
      die();
      return true;
    }
    if (!records.isEmpty()) {
      return writeNext();
    }
    return switch (phase) {
      case JOINING -> goOn(Phase.WAITING);
      case WAITING -> await();
      case TRAINING -> {
        checkpoint = epoch + 1;
        setback = 0;
        epoch++;
        yield goOn(epoch == scenario.epochs() ? Phase.DONE : Phase.WAITING);
      }
      default -> false;
    };
  }

  private boolean goOn(Phase next) {
    phase = next;
    return true;
  }

  private boolean start() {
    if (rank >= scenario.world() && !run.isMembershipAnnounced()) {
      return false;
    }
    if (++starts > MOST_STARTS) {
      throw new Violation("an agent is heard in the end", inWords());
    }
    epoch = Math.max(0, checkpoint - setback);
    if (starts > 1 && run.startsFromOlder()) {
      epoch = dice.between(0, epoch);
    }
    sequences = new long[sharding.shards()];
    sent = new long[sharding.shards()];
    joins.clear();
    incarnation = NONE;
    records.add(new Planned(0, Records.of(join())));
    return goOn(Phase.JOINING);
  }

  private Join.Builder join() {
    boolean isNew = run.isMembershipAnnounced() && rank < scenario.membership().world();
    return Join.newBuilder()
        .setRank(rank)
        .setWorldSize(isNew ? scenario.membership().world() : scenario.world())
        .setEpoch(epoch)
        .setShards(sharding.shards())
        .setNonce(dice.number() | 1);
  }

  private boolean writeNext() {
    Planned next = records.peek();
    if (!mayWrite(next)) {
      return false;
    }
    records.poll();
    long offset = run.write(next);
    if (next.event().hasJoin()) {
      joins.put(next.partition(), offset);
      if (next.partition() == 0) {
        incarnation = offset;
        Join.Builder join = next.event().getJoin().toBuilder().setIncarnation(incarnation);
        for (int partition = 1; partition < sharding.partitions(); partition++) {
          records.add(new Planned(partition, Records.of(join)));
        }
        if (rank == 0 && !run.outputs().isAnyPublished()) {
          forShards(
              shard ->
                  Records.added(sharding, shard, 0, scenario.samples(), epoch)
                      .ifPresent(added -> records.add(planned(shard, added))));
        }
        planEnds(epoch - 1);
      }
      run.joined(next.partition(), rank, incarnation);
    }
    return true;
  }

  private boolean mayWrite(Planned record) {
    return !record.event().hasEpochEnd() || run.permitsEnd(record.event().getEpochEnd().getEpoch());
  }

  private boolean await() {
    Outputs.Selection selection = run.outputs().selection(epoch);
    if (selection == null) {
      return false;
    }
    if (rank < selection.worldSize()) {
      plan(selection);
      return goOn(Phase.TRAINING);
    }
    if (rank >= scenario.membership().world()) {
      return goOn(Phase.LEFT);
    }
    epoch++; // it was added for a later one
    checkpoint = epoch;
    return true;
  }

  /** All that there is to write of an epoch. */
  private void plan(Outputs.Selection selection) {
    List<Long> slice = slice(selection);
    boolean isLast = epoch == scenario.epochs() - 1;
    int rest = isLast ? 0 : (int) (slice.size() * scenario.restShare());
    planBatches(slice.subList(0, slice.size() - rest), epoch);
    planEnds(epoch);
    planBatches(slice.subList(slice.size() - rest, slice.size()), epoch + 1);
  }

  private List<Long> slice(Outputs.Selection selection) {
    long[] ids = selection.ids();
    int world = selection.worldSize();
    List<Long> slice = new ArrayList<>();
    for (int p = (rank + epoch) % world; p < ids.length / world * world; p += world) {
      slice.add(ids[p]);
    }
    // An order that is the same however often the epoch is trained.
    slice.sort(Comparator.comparingLong(id -> Dice.mix(Dice.mix(epoch * 31L + rank) + id)));
    return slice;
  }

  private void planBatches(List<Long> ids, int ofEpoch) {
    int from = 0;
    while (from < ids.size()) {
      int to = Math.min(ids.size(), from + dice.between(1, 16));
      Map<Integer, List<Long>> byShard = new TreeMap<>();
      for (long id : ids.subList(from, to)) {
        byShard.computeIfAbsent(sharding.shardOf(id), s -> new ArrayList<>()).add(id);
      }
      byShard.forEach((shard, some) -> planBatch(shard, some, ofEpoch));
      if (ofEpoch == epoch && run.writesNonsense()) {
        planNonsense();
      }
      from = to;
    }
  }

  private void planBatch(int shard, List<Long> ids, int ofEpoch) {
    Collections.sort(ids);
    LossBatch.Builder batch =
        LossBatch.newBuilder()
            .setShard(shard)
            .setEpoch(ofEpoch)
            .setRank(rank)
            .setIncarnation(incarnation)
            .setSequence(sequences[shard]++);
    long before = 0;
    for (long id : ids) {
      long index = sharding.localIndexOf(id);
      batch.addLocalIndexDeltas(index - before);
      batch.addLosses(scenario.loss(measuredIn(ofEpoch), id));
      before = index;
    }
    records.add(planned(shard, Records.of(batch)));
    if (ofEpoch >= epoch && ofEpoch <= epoch + 1) {
      sent[shard] += ids.size();
    }
  }

  /** The epoch that is trained, for the rest of it too. */
  private int measuredIn(int ofEpoch) {
    return Math.min(ofEpoch, epoch);
  }

  /** Losses that have to be refused, whatever they are. */
  private void planNonsense() {
    int shard = dice.between(0, sharding.shards() - 1);
    switch (dice.between(0, 3)) {
      case 0 -> planBatch(shard, idsOf(shard, scenario.dataset() + 200, 3), epoch);
      case 1 ->
          planBatch(
              shard, idsOf(shard, dice.between(0, scenario.samples()), 3), scenario.epochs() + 2);
      case 2 -> {
        if (epoch > 0) {
          planBatch(
              shard,
              idsOf(shard, dice.between(0, scenario.samples()), 3),
              dice.between(0, epoch - 1));
        }
      }
      default -> {
        Scenario.Retirement gone = scenario.retirement();
        List<Long> ids = idsOf(shard, gone.first(), 3);
        ids.removeIf(id -> id >= gone.first() + gone.samples());
        if (run.isRetired() && !ids.isEmpty()) {
          planBatch(shard, ids, epoch);
        }
      }
    }
  }

  private List<Long> idsOf(int shard, long from, int count) {
    List<Long> ids = new ArrayList<>();
    for (long id = from; ids.size() < count; id++) {
      if (sharding.shardOf(id) == shard) {
        ids.add(id);
      }
    }
    return ids;
  }

  private void planEnds(int ofEpoch) {
    forShards(
        shard ->
            records.add(
                planned(
                    shard,
                    Records.of(
                        EpochEnd.newBuilder()
                            .setShard(shard)
                            .setEpoch(ofEpoch)
                            .setRank(rank)
                            .setWorldSize(scenario.mostRanks())
                            .setIncarnation(incarnation)
                            .setLosses(sent[shard])))));
    Arrays.fill(sent, 0);
  }

  private void forShards(IntConsumer action) {
    List<Integer> shards = new ArrayList<>(IntStream.range(0, sharding.shards()).boxed().toList());
    Collections.shuffle(shards, dice.random());
    shards.forEach(action::accept);
  }

  private Planned planned(int shard, LossEvent event) {
    return new Planned(sharding.partitionOf(shard), event);
  }

  /** Some of what it was about to write may still arrive. */
  private void die() {
    if (incarnation >= 0) {
      List<Planned> left = records.stream().takeWhile(this::mayWrite).toList();
      run.postman().take(left.subList(0, dice.between(0, left.size())));
    }
    records.clear();
    phase = Phase.DOWN;
  }

  /**
   * Whether only some shards refuse its Join: those that have closed its last epoch already, while
   * others still wait for it.
   */
  private boolean isStillNeeded(DeadLetter refusal) {
    return isOfJoin(refusal)
        && rank >= scenario.membership().world()
        && run.outputs().selection(scenario.membership().fromEpoch()) == null;
  }

  private boolean isOfJoin(DeadLetter refusal) {
    return Long.valueOf(refusal.getOffset()).equals(joins.get(refusal.getPartition()));
  }

  /** The job does not listen to it any more. */
  private void stop(DeadLetter refusal) {
    String reason = refusal.getReason();
    records.clear();
    phase = Phase.DOWN;
    if (reason.equals("count-mismatch") && run.isAnyLost()) {
      setback++;
    } else if (isOfJoin(refusal) && run.isMembershipAnnounced()) {
      phase = rank < scenario.membership().world() ? Phase.DOWN : Phase.LEFT;
    } else {
      throw new Violation("nobody refuses an agent that is right", inWords() + ": " + refusal);
    }
  }
}
