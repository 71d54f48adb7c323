package io.sluice.faults;

import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.ArrayList;
import java.util.List;

/** All ranks of a run, moved step by step by a test. */
final class Trainers implements AutoCloseable {

  private final List<SyntheticTrainer> ranks = new ArrayList<>();

  private Trainers() {}

  /** Joins as one rank. */
  interface Joining {
    SyntheticTrainer join(int rank) throws InterruptedException;
  }

  static Trainers join(RunConfig config) throws InterruptedException {
    return join(config, rank -> SyntheticTrainer.join(config, rank, 0));
  }

  static Trainers joinWithMany(RunConfig config) throws InterruptedException {
    return join(config, rank -> SyntheticTrainer.joinWithMany(config, rank));
  }

  static Trainers join(RunConfig config, Joining joining) throws InterruptedException {
    Trainers trainers = new Trainers();
    for (int rank = 0; rank < config.get(Options.WORLD_SIZE); rank++) {
      trainers.ranks.add(joining.join(rank));
    }
    return trainers;
  }

  SyntheticTrainer rank(int rank) {
    return ranks.get(rank);
  }

  /** Awaits the selection of an epoch at every rank. */
  void begin(int epoch) throws InterruptedException {
    for (SyntheticTrainer rank : ranks) {
      rank.begin(epoch);
    }
  }

  /** Reports a part of every rank's slice, from a fraction of it to another. */
  void report(double from, double to) {
    ranks.forEach(rank -> rank.report(from, to));
  }

  void awaitAcknowledged() throws InterruptedException {
    for (SyntheticTrainer rank : ranks) {
      rank.awaitAcknowledged();
    }
  }

  void end() throws InterruptedException {
    for (SyntheticTrainer rank : ranks) {
      rank.end();
    }
  }

  void train(int epoch) throws InterruptedException {
    begin(epoch);
    report(0, 1);
    end();
  }

  /** Number of losses that all ranks have reported. */
  long reported() {
    return ranks.stream().mapToLong(SyntheticTrainer::reported).sum();
  }

  @Override
  public void close() {
    ranks.forEach(SyntheticTrainer::close);
  }
}
