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

  /** One more than the greatest sample id that was declared, here or in another shard. */
  private long datasetSize;

  EpochLedger() {
    this(-1, Members.NOBODY, new ArrayList<>(), new TreeMap<>(), Long.MIN_VALUE, 0);
  }

  EpochLedger(
      int openEpoch,
      Members members,
      List<Members> upcoming,
      Map<Integer, RankEntry> ranks,
      long lastEndMillis,
      long datasetSize) {
    this.openEpoch = openEpoch;
    this.members = members;
    this.upcoming = upcoming;
    this.ranks = new TreeMap<>(ranks);
    this.lastEndMillis = lastEndMillis;
    this.datasetSize = datasetSize;
  }

  /**
   * An agent starts: older incarnations of its rank are fenced off, its counts begin anew. The
   * first of all says how many ranks there are and where the run begins; after it, only a
   * Membership record changes that.
   */
  Verdict join(Joined join) {
    RankEntry known = ranks.get(join.rank());
    if (known != null && known.isOf(join)) {
      return Verdict.refused(Rejection.REPEATED_JOIN, "rank %d joined already", join.rank());
    }
    if (known != null && known.incarnation > join.incarnation()) {
      return fenced(join.rank(), join.incarnation(), known);
    }
    if (members.equals(Members.NOBODY)) {
      openEpoch = join.epoch() - 1;
      members = new Members(0, openEpoch, join.worldSize());
      adoptDue();
    }
    if (!isWorldNowOrSoon(join.worldSize())) {
      return Verdict.refused(
          Rejection.WRONG_WORLD,
          "rank %d joins with world size %d; the run's is %d; start the agent with world-size %d, or"
              + " change the run's with 'sluice membership set'",
          join.rank(),
          join.worldSize(),
          members.worldSize(),
          members.worldSize());
    }
    if (!isMemberNowOrSoon(join.rank())) {
      return notAMember(join.rank());
    }
    if (openEpoch == -1 && !isAnyJoined()) { // the ranks were declared before an agent came
      openEpoch = join.epoch() - 1;
      adoptDue();
    }
    RankEntry entry = new RankEntry(join.incarnation(), join.nonce());
    entry.owing = known != null && (known.incomplete || known.owing) && join.epoch() > openEpoch;
    ranks.put(join.rank(), entry);
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
    if (rank.owing) {
      return Verdict.refused(
          Rejection.COUNT_MISMATCH,
          "losses of epoch %d that rank %d sent have not arrived, and its agent goes on from a"
              + " checkpoint after that epoch; the epoch stays open until the agent is started from an"
              + " older one and sends them again",
          end.epoch(),
          end.rank());
    }
    if (end.losses() != rank.received) {
      rank.incomplete = true;
      return Verdict.refused(
          Rejection.COUNT_MISMATCH,
          "rank %d says it sent %d losses of epoch %d, %d arrived; the epoch stays open until the"
              + " rank's agent is started again and sends them again",
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

  /**
   * From its epoch on, the members are those of the greatest generation. So it does not matter in
   * which order two declarations come, which may differ between partitions.
   */
  Verdict declare(MembersDeclared declared) {
    long generation = declared.generation();
    int fromEpoch = Math.max(declared.fromEpoch(), openEpoch);
    if (fromEpoch == openEpoch && isAnyJoined() && declared.worldSize() > members.worldSize()) {
      // The open epoch's selection is not theirs, so there is nothing in it that they could end.
      fromEpoch++;
    }
    int from = fromEpoch;
    if (known().anyMatch(other -> other.generation() == generation) || isLast(declared, from)) {
      return Verdict.refused(
          Rejection.REPEATED_MEMBERSHIP,
          "world size %d from epoch %d",
          declared.worldSize(),
          declared.fromEpoch());
    }
    if (known().anyMatch(other -> other.generation() > generation && other.fromEpoch() <= from)) {
      return Verdict.refused(
          Rejection.OLD_GENERATION,
          "membership of generation %d from epoch %d; a newer one holds from then on",
          generation,
          from);
    }
    upcoming.removeIf(other -> other.generation() < generation && other.fromEpoch() >= from);
    upcoming.add(new Members(generation, from, declared.worldSize()));
    upcoming.sort(Comparator.comparingInt(Members::fromEpoch));
    adoptDue();
    return Verdict.ACCEPTED;
  }

  /**
   * Notes how large the dataset is.
   *
   * @return deferred where the samples are for a selection after the one that the open epoch's
   *     close makes
   */
  Verdict declare(SamplesDeclared samples) {
    datasetSize = Math.max(datasetSize, samples.datasetSize());
    return samples.fromEpoch() <= openEpoch + 1 ? Verdict.ACCEPTED : Verdict.DEFERRED;
  }

  /**
   * Whether every member has ended the open epoch. Asked at each of a thousand ranks' ends, so it
   * does not look further than the first that is missing.
   */
  boolean isComplete() {
    return members.worldSize() > 0 && !isMissingAny();
  }

  /** Whether some member has ended the open epoch, or has tried to, and not all have. */
  boolean isWaiting() {
    return isMissingAny() && (hasAnyEnded() || hasAnyIncomplete());
  }

  private boolean isMissingAny() {
    for (int rank = 0; rank < members.worldSize(); rank++) {
      if (!hasEnded(rank)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasAnyEnded() {
    for (int rank = 0; rank < members.worldSize(); rank++) {
      if (hasEnded(rank)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasAnyIncomplete() {
    return ranks.values().stream().anyMatch(rank -> rank.incomplete || rank.owing);
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
    return IntStream.range(0, members.worldSize()).filter(rank -> !hasEnded(rank)).boxed().toList();
  }

  int openEpoch() {
    return openEpoch;
  }

  /** Kafka timestamp of the newest EpochEnd that was accepted, in milliseconds. */
  long lastEndMillis() {
    return lastEndMillis;
  }

  /** One more than the greatest sample id that was declared, for this epoch or a later one. */
  long datasetSize() {
    return datasetSize;
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
    return new EpochLedger(
        openEpoch, members, new ArrayList<>(upcoming), copies, lastEndMillis, datasetSize);
  }

  private void adoptDue() {
    while (!upcoming.isEmpty() && upcoming.get(0).fromEpoch() <= openEpoch) {
      members = upcoming.remove(0);
      // Whoever is not among them has to join again before it is heard.
      ranks.keySet().removeIf(rank -> !isMemberNowOrSoon(rank));
    }
  }

  /** Members who hold now or are announced. */
  private Stream<Members> known() {
    return Stream.concat(Stream.of(members), upcoming.stream());
  }

  /** Whether the newest members say the same; a record that is repeated has another generation. */
  private boolean isLast(MembersDeclared declared, int from) {
    Members newest = known().max(Comparator.comparingLong(Members::generation)).orElseThrow();
    return newest.generation() < declared.generation()
        && newest.worldSize() == declared.worldSize()
        && newest.fromEpoch() == from;
  }

  private boolean isAnyJoined() {
    return !ranks.isEmpty();
  }

  private boolean isWorldNowOrSoon(int worldSize) {
    return known().anyMatch(known -> known.worldSize() == worldSize);
  }

  private boolean isMemberNowOrSoon(int rank) {
    return members.contains(rank) || upcoming.stream().anyMatch(next -> next.contains(rank));
  }

  /** Returns null for the current incarnation of a member. */
  private Verdict refuseStranger(RankEntry rank, int number, long incarnation) {
    if (rank != null && incarnation == rank.incarnation) {
      return null; // whoever is not a member any more has no entry
    }
    if (!members.equals(Members.NOBODY) && !isMemberNowOrSoon(number)) {
      return notAMember(number);
    }
    if (rank == null || incarnation > rank.incarnation) {
      return Verdict.refused(
          Rejection.UNKNOWN_INCARNATION,
          "rank %d, incarnation %d, has not joined here; start its agent again",
          number,
          incarnation);
    }
    return fenced(number, incarnation, rank);
  }

  private static Verdict fenced(int rank, long incarnation, RankEntry known) {
    return Verdict.refused(
        Rejection.FENCED,
        "another agent has joined as rank %d since: it is incarnation %d, this comes from incarnation"
            + " %d",
        rank,
        known.incarnation,
        incarnation);
  }

  private Verdict notAMember(int rank) {
    return Verdict.refused(
        Rejection.NOT_A_MEMBER,
        "rank %d is not among the ranks 0 to %d; 'sluice membership set' adds ranks",
        rank,
        members.worldSize() - 1);
  }
}
