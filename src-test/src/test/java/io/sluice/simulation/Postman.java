package io.sluice.simulation;

import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.simulation.Records.Planned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Records that arrive late: repeats, and what agents had under way when they died. */
final class Postman implements Actor {

  private final Run run;
  private final Dice dice;
  private final List<Deque<Planned>> bags = new ArrayList<>();

  Postman(Run run, Dice dice) {
    this.run = run;
    this.dice = dice;
  }

  /** Takes records that stay in this order. */
  void take(List<Planned> records) {
    bags.add(new ArrayDeque<>(records));
  }

  @Override
  public boolean act() {
    bags.removeIf(Deque::isEmpty);
    if (bags.isEmpty()) {
      return false;
    }
    Planned next = dice.pick(bags).poll();
    run.append(next.partition(), spoiled(next));
    return true;
  }

  /** What a dead agent says once its successor has joined has no effect, so it may say anything. */
  private LossEvent spoiled(Planned late) {
    LossEvent event = late.event();
    if (event.hasLossBatch()
        && run.isSucceeded(
            late.partition(), event.getLossBatch().getRank(), event.getLossBatch().getIncarnation())
        && dice.chance(0.5)) {
      LossBatch.Builder batch = event.getLossBatch().toBuilder();
      for (int i = 0; i < batch.getLossesCount(); i++) {
        batch.setLosses(i, 17 + i);
      }
      return Records.of(batch.setSequence(batch.getSequence() + dice.between(0, 9)));
    }
    if (event.hasEpochEnd()
        && run.isSucceeded(
            late.partition(), event.getEpochEnd().getRank(), event.getEpochEnd().getIncarnation())
        && dice.chance(0.5)) {
      EpochEnd.Builder end = event.getEpochEnd().toBuilder();
      return Records.of(end.setEpoch(end.getEpoch() + dice.between(0, 1)));
    }
    return event;
  }
}
