package io.sluice.job.difficulty;

/** What a shard knows of one rank. Mutable. */
final class RankEntry {

  /** Incarnation of the agent that speaks for the rank now. */
  final long incarnation;

  /** Sequence number that its next batch has. */
  long nextSequence;

  /** Losses received from it for the open epoch. */
  long received;

  /** Losses received from it for the epoch after the open one. */
  long receivedEarly;

  /** Whether it has ended the open epoch. */
  boolean ended;

  RankEntry(long incarnation) {
    this.incarnation = incarnation;
  }

  void epochClosed() {
    received = receivedEarly;
    receivedEarly = 0;
    ended = false;
  }

  RankEntry copy() {
    RankEntry copy = new RankEntry(incarnation);
    copy.nextSequence = nextSequence;
    copy.received = received;
    copy.receivedEarly = receivedEarly;
    copy.ended = ended;
    return copy;
  }
}
