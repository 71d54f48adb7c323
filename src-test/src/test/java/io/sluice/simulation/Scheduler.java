package io.sluice.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides by its dice who acts next. Now and then it draws anew who is fast and who is slow, so
 * that a partition, a channel or an agent may lag far behind the others.
 */
final class Scheduler {

  private static final int STEPS_OF_WEATHER = 150;

  private final Dice dice;
  private final List<Actor> actors = new ArrayList<>();
  private final List<Double> speeds = new ArrayList<>();
  private int steps;

  Scheduler(Dice dice) {
    this.dice = dice;
  }

  /** Who there is from now on. */
  void cast(List<Actor> now) {
    actors.clear();
    actors.addAll(now);
    drawSpeeds();
  }

  int steps() {
    return steps;
  }

  /** Lets somebody act; returns false when nobody has anything to do. */
  boolean step() throws Exception {
    if (steps % STEPS_OF_WEATHER == 0) {
      drawSpeeds();
    }
    for (int tries = 0; tries < 3 * actors.size(); tries++) {
      int next = dice.between(0, actors.size() - 1);
      if (dice.chance(speeds.get(next)) && actors.get(next).act()) {
        steps++;
        return true;
      }
    }
    int first = dice.between(0, actors.size() - 1);
    for (int i = 0; i < actors.size(); i++) {
      if (actors.get((first + i) % actors.size()).act()) {
        steps++;
        return true;
      }
    }
    return false;
  }

  private void drawSpeeds() {
    speeds.clear();
    actors.forEach(actor -> speeds.add(dice.pick(1, 1, 0.3, 0.03)));
  }
}
