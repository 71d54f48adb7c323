package io.sluice.job.difficulty;

/** What a shard knows of one rank. Mutable. */
final class RankEntry {

  /** Incarnation of the agent that speaks for the rank now. */
  final long incarnation;

  /** Generation it joined with. */
  final int generation;

  /** Sequence number that its next batch has. */
  long nextSequence;

  /** Losses received from it for the open epoch. */
  long received;

  /** Losses received from it for the epoch after the open one. */
  long receivedEarly;

  /** Whether it has ended the open epoch. */
  boolean ended;

  /** Whether its end of the open epoch was refused, because losses it sent have not arrived. */
  boolean incomplete;

  RankEntry(long incarnation, int generation) {
    this.incarnation = incarnation;
    this.generation = generation;
  }

  void epochClosed() {
    received = receivedEarly;
    receivedEarly = 0;
    ended = false;
    incomplete = false;
  }

  RankEntry copy() {
    RankEntry copy = new RankEntry(incarnation, generation);
    copy.nextSequence = nextSequence;
    copy.received = received;
    copy.receivedEarly = receivedEarly;
    copy.ended = ended;
    copy.incomplete = incomplete;
    return copy;
  }
}
