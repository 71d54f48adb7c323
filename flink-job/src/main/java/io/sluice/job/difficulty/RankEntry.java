package io.sluice.job.difficulty;

import io.sluice.job.ingest.ShardEvent.Joined;

/** What a shard knows of one rank. Mutable. */
final class RankEntry {

  /** Incarnation of the agent that speaks for the rank now. */
  final long incarnation;

  /** Nonce of the Join that began it; 0 for none. */
  final long nonce;

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

  /**
   * Whether an incarnation before it left the open epoch incomplete and this one does not train it
   * again, so that nobody sends what is missing.
   */
  boolean owing;

  RankEntry(long incarnation, long nonce) {
    this.incarnation = incarnation;
    this.nonce = nonce;
  }

  /** Whether the record began this incarnation, or repeats the one that did. */
  boolean isOf(Joined join) {
    return join.incarnation() == incarnation || (nonce != 0 && join.nonce() == nonce);
  }

  void epochClosed() {
    received = receivedEarly;
    receivedEarly = 0;
    ended = false;
    incomplete = false;
    owing = false;
  }

  RankEntry copy() {
    RankEntry copy = new RankEntry(incarnation, nonce);
    copy.nextSequence = nextSequence;
    copy.received = received;
    copy.receivedEarly = receivedEarly;
    copy.ended = ended;
    copy.incomplete = incomplete;
    copy.owing = owing;
    return copy;
  }
}
