package io.sluice.job.difficulty;

import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One shard's book of who has ended the open epoch: the epoch watermark, counted in checkpointed
 * state. It judges every event by the shard's own log and nothing else, neither clock nor other
 * shards, so a replay judges alike. Mutable; plain Java.
 *
 * <p>The open epoch closes when each of its members has ended it with a count of losses that agrees
 * with what arrived. Epoch -1 is open at first: agents end it when they join.
 */
final class EpochLedger {

  private int openEpoch;
  private Members members;
  private final List<Members> upcoming;

  /** Ascending, so that the same ledger is always the same bytes. */
  private final Map<Integer, RankEntry> ranks;

  private long lastEndMillis;

  EpochLedger() {
    this(-1, Members.NOBODY, new ArrayList<>(), new TreeMap<>(), Long.MIN_VALUE);
  }

  EpochLedger(
      int openEpoch,
      Members members,
      List<Members> upcoming,
      Map<Integer, RankEntry> ranks,
      long lastEndMillis) {
    this.openEpoch = openEpoch;
    this.members = members;
    this.upcoming = upcoming;
    this.ranks = new TreeMap<>(ranks);
    this.lastEndMillis = lastEndMillis;
  }

  /** An agent starts: older incarnations of its rank are fenced off, its counts begin anew. */
  Verdict join(Joined join) {
    RankEntry known = ranks.get(join.rank());
    if (known != null && known.incarnation == join.incarnation()) {
      return Verdict.refused(Rejection.REPEATED_JOIN, "rank %d joined already", join.rank());
    }
    if (known != null && known.incarnation > join.incarnation()) {
      return fenced(join.rank(), join.incarnation(), known);
    }
    int newest = newestGeneration();
    if (join.generation() < newest) {
      return Verdict.refused(
          Rejection.OLD_GENERATION,
          "rank %d joins with generation %d, the newest is %d",
          join.rank(),
          join.generation(),
          newest);
    }
    if (join.generation() > newest) {
      if (members.ranks().length == 0 && upcoming.isEmpty()) {
        // The first agent of all says where the run begins.
        openEpoch = join.epoch() - 1;
      }
      enlist(Members.joined(join.generation(), join.epoch() - 1, join.worldSize()));
    } else {
      int worldSize = worldSizeOf(join.generation());
      if (worldSize > 0 && join.worldSize() != worldSize) {
        return Verdict.refused(
            Rejection.WRONG_WORLD,
            "rank %d joins generation %d with world size %d; it began with %d",
            join.rank(),
            join.generation(),
            join.worldSize(),
            worldSize);
      }
      if (!isMemberNowOrSoon(join.rank())) {
        return notAMember(join.rank());
      }
    }
    ranks.put(join.rank(), new RankEntry(join.incarnation(), join.generation()));
    return Verdict.ACCEPTED;
  }

  /** Deferred losses are those of the epoch after the open one. */
  Verdict losses(Losses batch) {
    RankEntry rank = ranks.get(batch.rank());
    Verdict stranger = refuseStranger(rank, batch.rank(), batch.incarnation());
    if (stranger != null) {
      return stranger;
    }
    if (batch.sequence() < rank.nextSequence) {
      return Verdict.refused(
          Rejection.REPEATED_BATCH, "batch %d of rank %d", batch.sequence(), batch.rank());
    }
    if (batch.epoch() < openEpoch) {
      return Verdict.refused(
          Rejection.LATE_LOSS,
          "%d losses of epoch %d from rank %d; epoch %d is open",
          batch.sent(),
          batch.epoch(),
          batch.rank(),
          openEpoch);
    }
    if (batch.epoch() > openEpoch + 1) {
      return Verdict.refused(
          Rejection.EARLY_LOSS,
          "%d losses of epoch %d from rank %d; epoch %d is open",
          batch.sent(),
          batch.epoch(),
          batch.rank(),
          openEpoch);
    }
    rank.nextSequence = batch.sequence() + 1;
    if (batch.epoch() == openEpoch) {
      rank.received += batch.sent();
      return Verdict.ACCEPTED;
    }
    rank.receivedEarly += batch.sent();
    return Verdict.DEFERRED;
  }

  Verdict end(EpochEnded end) {
    RankEntry rank = ranks.get(end.rank());
    Verdict stranger = refuseStranger(rank, end.rank(), end.incarnation());
    if (stranger != null) {
      return stranger;
    }
    if (end.epoch() < openEpoch || (end.epoch() == openEpoch && rank.ended)) {
      // An agent that resumes ends the epoch before its first, which may be closed already.
      return Verdict.refused(
          Rejection.REPEATED_END, "epoch %d of rank %d", end.epoch(), end.rank());
    }
    if (end.epoch() > openEpoch) {
      return Verdict.refused(
          Rejection.EARLY_END,
          "rank %d ends epoch %d; epoch %d is open",
          end.rank(),
          end.epoch(),
          openEpoch);
    }
    if (end.losses() != rank.received) {
      rank.incomplete = true;
      return Verdict.refused(
          Rejection.COUNT_MISMATCH,
          "rank %d says it sent %d losses of epoch %d, %d arrived; the epoch stays open until the"
              + " agent restarts and sends them again",
          end.rank(),
          end.losses(),
          end.epoch(),
          rank.received);
    }
    rank.ended = true;
    rank.incomplete = false;
    lastEndMillis = Math.max(lastEndMillis, end.position().timestampMillis());
    return Verdict.ACCEPTED;
  }

  Verdict declare(MembersDeclared declared) {
    int newest = newestGeneration();
    if (declared.generation() <= newest) {
      return Verdict.refused(
          Rejection.OLD_GENERATION,
          "membership of generation %d, the newest is %d",
          declared.generation(),
          newest);
    }
    enlist(Members.declared(declared.generation(), declared.fromEpoch(), declared.ranks()));
    return Verdict.ACCEPTED;
  }

  /** Whether samples are for the selection that the open epoch's close makes, or an earlier one. */
  boolean isFor(SamplesDeclared samples) {
    return samples.fromEpoch() <= openEpoch + 1;
  }

  /**
   * Whether every member has ended the open epoch. Asked at each of a thousand ranks' ends, so it
   * does not look further than the first that is missing.
   */
  boolean isComplete() {
    return members.ranks().length > 0 && !isMissingAny();
  }

  /** Whether some member has ended the open epoch, or has tried to, and not all have. */
  boolean isWaiting() {
    return isMissingAny() && (hasAnyEnded() || hasAnyIncomplete());
  }

  private boolean isMissingAny() {
    for (int rank : members.ranks()) {
      if (!hasEnded(rank)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasAnyEnded() {
    for (int rank : members.ranks()) {
      if (hasEnded(rank)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasAnyIncomplete() {
    return ranks.values().stream().anyMatch(rank -> rank.incomplete);
  }

  private boolean hasEnded(int rank) {
    RankEntry entry = ranks.get(rank);
    return entry != null && entry.ended;
  }

  /** Closes the open epoch and opens the next. */
  void close() {
    openEpoch++;
    ranks.values().forEach(RankEntry::epochClosed);
    adoptDue();
  }

  /** Members that have not ended the open epoch, for people. */
  List<Integer> missingRanks() {
    return IntStream.of(members.ranks()).filter(rank -> !hasEnded(rank)).boxed().toList();
  }

  int openEpoch() {
    return openEpoch;
  }

  /** Kafka timestamp of the newest EpochEnd that was accepted, in milliseconds. */
  long lastEndMillis() {
    return lastEndMillis;
  }

  Members members() {
    return members;
  }

  List<Members> upcoming() {
    return upcoming;
  }

  Map<Integer, RankEntry> ranks() {
    return ranks;
  }

  EpochLedger deepCopy() {
    Map<Integer, RankEntry> copies = new TreeMap<>();
    ranks.forEach((rank, entry) -> copies.put(rank, entry.copy()));
    return new EpochLedger(openEpoch, members, new ArrayList<>(upcoming), copies, lastEndMillis);
  }

  private void enlist(Members next) {
    upcoming.add(next);
    upcoming.sort(Comparator.comparingInt(Members::fromEpoch));
    adoptDue();
  }

  private void adoptDue() {
    while (!upcoming.isEmpty() && upcoming.get(0).fromEpoch() <= openEpoch) {
      Members due = upcoming.remove(0);
      if (due.generation() > members.generation()) {
        members = due;
        if (due.beginsWithJoins()) {
          // What agents of older generations have ended says nothing about this one.
          ranks.values().removeIf(rank -> rank.generation < due.generation());
        }
      }
    }
  }

  private int newestGeneration() {
    return upcoming.stream().mapToInt(Members::generation).reduce(members.generation(), Math::max);
  }

  /** World size of a generation that is known; 0 where any will do. */
  private int worldSizeOf(int generation) {
    return Stream.concat(Stream.of(members), upcoming.stream())
        .filter(known -> known.generation() == generation)
        .mapToInt(Members::worldSize)
        .findFirst()
        .orElse(0);
  }

  private boolean isMemberNowOrSoon(int rank) {
    return members.contains(rank) || upcoming.stream().anyMatch(next -> next.contains(rank));
  }

  /** Returns null for the current incarnation of a member. */
  private Verdict refuseStranger(RankEntry rank, int number, long incarnation) {
    if (rank == null || incarnation > rank.incarnation) {
      return Verdict.refused(
          Rejection.UNKNOWN_INCARNATION, "rank %d, incarnation %d", number, incarnation);
    }
    if (incarnation < rank.incarnation) {
      return fenced(number, incarnation, rank);
    }
    return isMemberNowOrSoon(number) ? null : notAMember(number);
  }

  private static Verdict fenced(int rank, long incarnation, RankEntry known) {
    return Verdict.refused(
        Rejection.FENCED,
        "rank %d is now incarnation %d; this comes from incarnation %d",
        rank,
        known.incarnation,
        incarnation);
  }

  private Verdict notAMember(int rank) {
    return Verdict.refused(
        Rejection.NOT_A_MEMBER,
        "rank %d is not among the ranks of generation %d",
        rank,
        members.generation());
  }
}
