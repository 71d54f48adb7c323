package io.sluice.simulation;

import io.sluice.protocol.wire.LossEvent;
import io.sluice.simulation.Records.Planned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One run of a scenario, with or without faults: agents, a log and a job. */
final class Run {

  private static final int MOST_STEPS = 200_000;

  /** How likely a fault that is still to come is at each step. */
  private static final double EACH_STEP = 0.004;

  private final Scenario scenario;
  private final Faults faults;
  private final Dice dice;
  private final EventLog log;
  private final Outputs outputs;
  private final List<Agent> agents = new ArrayList<>();
  private final List<Announcement> announcements;
  private final Postman postman;
  private final Strays strays;

  /** By partition, the newest incarnation of each rank that has joined. */
  private final List<Map<Integer, Long>> joined = new ArrayList<>();

  private int kills;
  private int losses;
  private int failures;
  private int rescales;

  private SimulatedJob job;
  private Checkpoint checkpoint;

  Run(Scenario scenario, Faults faults, Dice dice) {
    this.scenario = scenario;
    this.faults = faults;
    this.dice = dice;
    int partitions = scenario.sharding().partitions();
    log = new EventLog(partitions, dice.number() >>> 2);
    outputs = new Outputs(scenario.sharding());
    for (int partition = 0; partition < partitions; partition++) {
      joined.add(new HashMap<>());
    }
    for (int rank = 0; rank < scenario.mostRanks(); rank++) {
      agents.add(new Agent(this, rank, dice.split()));
    }
    announcements = Announcement.of(this, dice.split());
    postman = new Postman(this, dice.split());
    strays = new Strays(this, faults.strays(), dice.split());
    kills = faults.kills();
    losses = faults.lost();
    failures = faults.jobFailures();
    rescales = faults.rescales();
  }

  /** Runs until nobody has anything to do; then all epochs have to be closed. */
  void play() throws Exception {
    checkpoint = Checkpoint.start(JobShape.of(scenario, dice), scenario.sharding().partitions());
    job = job();
    try {
      Scheduler scheduler = new Scheduler(dice.split());
      cast(scheduler);
      while (scheduler.step()) {
        if (scheduler.steps() > MOST_STEPS) {
          throw new Violation("a run ends", standing());
        }
        if (failures + rescales > 0) {
          disturb(scheduler);
        }
      }
      if (outputs.selection(scenario.epochs()) == null
          || !agents.stream().allMatch(Agent::isFinished)) {
        throw new Violation("a run ends", standing());
      }
      Accounts.check(job, log);
      if (!job.leftovers().isEmpty()) {
        throw new Violation("no state is left of past epochs", job.leftovers().toString());
      }
    } finally {
      job.close();
    }
  }

  /** A fresh job without failures reads the log of this run. */
  Outputs replay(Dice otherDice) throws Exception {
    Outputs again = new Outputs(scenario.sharding());
    Checkpoint start =
        Checkpoint.start(JobShape.of(scenario, otherDice), scenario.sharding().partitions());
    try (SimulatedJob other = new SimulatedJob(scenario, start, log, again, () -> false)) {
      Scheduler scheduler = new Scheduler(otherDice);
      scheduler.cast(other.actors());
      while (scheduler.step()) {}
      Accounts.check(other, log);
    }
    return again;
  }

  private void disturb(Scheduler scheduler) throws Exception {
    if (failures > 0 && dice.chance(2 * EACH_STEP)) {
      checkpoint = job.checkpoint();
    }
    if (failures > 0 && dice.chance(EACH_STEP)) {
      failures--;
      restart(scheduler);
    } else if (rescales > 0 && dice.chance(EACH_STEP)) {
      rescales--;
      job.drain(dice.split());
      checkpoint = job.checkpoint().in(JobShape.of(scenario, dice));
      restart(scheduler);
    }
  }

  private void restart(Scheduler scheduler) throws Exception {
    job.close();
    job = job();
    cast(scheduler);
  }

  private SimulatedJob job() throws Exception {
    return new SimulatedJob(
        scenario, checkpoint, log, outputs, () -> dice.chance(faults.repeatedReports()));
  }

  private void cast(Scheduler scheduler) {
    List<Actor> actors = new ArrayList<>(job.actors());
    actors.addAll(agents);
    actors.addAll(announcements);
    actors.add(postman);
    actors.add(strays);
    scheduler.cast(actors);
  }

  private String standing() {
    int newest = -1;
    while (outputs.selection(newest + 1) != null) {
      newest++;
    }
    StringBuilder text = new StringBuilder("the newest selection is " + newest);
    agents.stream()
        .filter(agent -> !agent.isFinished())
        .forEach(agent -> text.append("; ").append(agent.inWords()));
    outputs.letters().stream()
        .filter(letter -> letter.contains("count-mismatch"))
        .forEach(letter -> text.append("\n  ").append(letter));
    return text.toString();
  }

  Scenario scenario() {
    return scenario;
  }

  Outputs outputs() {
    return outputs;
  }

  EventLog log() {
    return log;
  }

  Postman postman() {
    return postman;
  }

  /** Somebody writes, and Kafka does with it what it does. Returns the first offset. */
  long write(Planned record) {
    if (record.event().hasLossBatch() && losses > 0 && dice.chance(0.05)) {
      losses--;
      return -1;
    }
    long offset = append(record.partition(), record.event());
    if (dice.chance(faults.repeat())) {
      // A Join or Membership of partition 0 is what its offset makes it; it is repeated at once.
      boolean isNumbered = record.event().hasJoin() || record.event().hasMembership();
      if (dice.chance(0.5) || (isNumbered && record.partition() == 0)) {
        append(record.partition(), record.event());
      } else {
        postman.take(List.of(record));
      }
    }
    return offset;
  }

  long append(int partition, LossEvent event) {
    return append(partition, event.toByteArray());
  }

  long append(int partition, byte[] value) {
    return log.append(partition, value);
  }

  void joined(int partition, int rank, long incarnation) {
    joined.get(partition).put(rank, incarnation);
  }

  boolean isJoinedEverywhere() {
    return joined.stream().noneMatch(Map::isEmpty);
  }

  boolean isSucceeded(int partition, int rank, long incarnation) {
    Long newest = joined.get(partition).get(rank);
    return newest != null && newest > incarnation;
  }

  boolean permitsEnd(int epoch) {
    return announcements.stream().allMatch(announcement -> announcement.permitsEnd(epoch));
  }

  boolean isMembershipAnnounced() {
    return announcements.stream().anyMatch(told -> told.isMembership() && told.isDone());
  }

  boolean isRetired() {
    return announcements.stream().anyMatch(told -> told.isRetirement() && told.isDone());
  }

  boolean isAnyLost() {
    return losses < faults.lost();
  }

  boolean kills() {
    if (kills > 0 && dice.chance(EACH_STEP)) {
      kills--;
      return true;
    }
    return false;
  }

  boolean startsFromOlder() {
    return dice.chance(faults.olderCheckpoint());
  }

  boolean writesNonsense() {
    return faults.strays() > 0 && dice.chance(0.1);
  }
}
