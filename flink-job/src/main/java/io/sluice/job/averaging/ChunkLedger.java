package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The book of one chunk: whose parameters wait for those of the other ranks. It judges every update
 * by the lane's own log and nothing else, neither clock nor other lanes, so a replay judges alike.
 * Mutable; plain Java. The values themselves are kept elsewhere.
 *
 * <p>Of each rank the newest update counts. A chunk is complete when those of all expected ranks
 * are of one sync. Nothing is refused for being ahead: agents cannot be ahead of each other, and
 * after a start from an old savepoint all of them are ahead of the state.
 */
final class ChunkLedger {

  /**
   * The newest mean that was published.
   *
   * @param slot 0 or 1, alternating
   */
  record Last(Sync sync, Model model, int slot) {}

  /**
   * All that a mean is made of.
   *
   * @param usable updates whose values are in the mean, by ascending rank
   * @param unusable those whose parameters are not finite, ascending
   * @param samples trained by the usable ones, all together
   * @param firstMillis Kafka timestamp of the first of the updates; for metrics only
   */
  record Round(
      Sync sync,
      Model model,
      int slot,
      List<HeldUpdate> usable,
      List<HeldUpdate> unusable,
      long samples,
      long firstMillis) {}

  private Last last;

  /** Newest incarnation by rank. Ascending, so that the same ledger is always the same bytes. */
  private final Map<Integer, Long> incarnations;

  private final Map<Integer, HeldUpdate> held;

  ChunkLedger() {
    this(null, Map.of(), Map.of());
  }

  /**
   * @param last null before the first mean
   */
  ChunkLedger(Last last, Map<Integer, Long> incarnations, Map<Integer, HeldUpdate> held) {
    this.last = last;
    this.incarnations = new TreeMap<>(incarnations);
    this.held = new TreeMap<>(held);
  }

  /**
   * Judges an update.
   *
   * @param members number of ranks that there are in its epoch, as the lane has been told
   * @return null when it is the rank's newest and {@link #hold held} from now on
   */
  Refusal refusal(Update update, int members) {
    int rank = update.rank();
    Sync sync = update.sync();
    long newest = incarnations.getOrDefault(rank, Long.MIN_VALUE);
    if (update.incarnation() < newest) {
      return Refusal.of(
          Rejection.FENCED,
          "another agent of rank %d has sent parameters since: it is incarnation %d, this comes from"
              + " incarnation %d",
          rank,
          newest,
          update.incarnation());
    }
    incarnations.put(rank, update.incarnation());
    HeldUpdate own = held.get(rank);
    boolean known = own != null && own.incarnation() == update.incarnation();
    if ((last != null && sync.isSame(last.sync())) || (known && sync.isSame(own.sync()))) {
      return Refusal.of(
          Rejection.REPEATED_UPDATE, "%s, chunk %d of rank %d", sync, update.chunk(), rank);
    }
    if (last != null && sync.isBefore(last.sync())) {
      return late(update.sync(), rank, "averaged", last.sync());
    }
    if (known && sync.isBefore(own.sync())) {
      return late(update.sync(), rank, "sent by this rank", own.sync());
    }
    if (rank >= members) {
      return notAMember(rank, members);
    }
    return disagreement(update);
  }

  /** An update counts for its rank from now on. Returns the one that it replaces, or null. */
  HeldUpdate hold(Update update) {
    return held.put(update.rank(), HeldUpdate.of(update));
  }

  /** What the updates of one sync have to agree in. */
  private Refusal disagreement(Update update) {
    if (last != null && !last.model().equals(update.model())) {
      return Refusal.of(
          Rejection.WRONG_MODEL,
          "rank %d sends %s; that of %s was %s; agents have to have the same model and settings",
          update.rank(),
          update.model(),
          last.sync(),
          last.model());
    }
    for (HeldUpdate other : held.values()) {
      if (other.rank() == update.rank() || !other.sync().isSame(update.sync())) {
        continue;
      }
      if (!other.model().equals(update.model())
          || other.sync().endsEpoch() != update.sync().endsEpoch()
          || isOfOtherLength(other, update)) {
        return Refusal.of(
            Rejection.WRONG_MODEL,
            "rank %d sends %s, %d bytes, %s; rank %d %s, %d bytes, %s; agents have to have the same"
                + " model and settings",
            update.rank(),
            update.model(),
            update.values().length,
            place(update.sync()),
            other.rank(),
            other.model(),
            other.bytes(),
            place(other.sync()));
      }
      if (other.worldSize() != update.worldSize()) {
        return Refusal.of(
            Rejection.WRONG_WORLD,
            "rank %d sends parameters of world size %d, rank %d of world size %d",
            update.rank(),
            update.worldSize(),
            other.rank(),
            other.worldSize());
      }
    }
    return null;
  }

  private static boolean isOfOtherLength(HeldUpdate other, Update update) {
    return !other.unusable() && !update.unusable() && other.bytes() != update.values().length;
  }

  private static String place(Sync sync) {
    return sync.endsEpoch() ? "at the epoch's end" : "amid the epoch";
  }

  private static Refusal late(Sync sync, int rank, String done, Sync newer) {
    return Refusal.of(
        Rejection.LATE_UPDATE, "%s from rank %d; %s has been %s already", sync, rank, newer, done);
  }

  private static Refusal notAMember(int rank, int members) {
    return Refusal.of(
        Rejection.NOT_A_MEMBER,
        "rank %d is not among the ranks 0 to %d any more; 'sluice membership set' adds ranks",
        rank,
        members - 1);
  }

  /** An update that does not wait any more, and why. */
  record Dropped(HeldUpdate update, Refusal refusal) {}

  /** Drops what is held of ranks that are gone. */
  List<Dropped> drop(LaneMembers members) {
    List<Dropped> dropped = new ArrayList<>();
    for (HeldUpdate update : List.copyOf(held.values())) {
      int worldSize = members.worldSize(update.sync().epoch());
      if (update.rank() >= worldSize) {
        held.remove(update.rank());
        dropped.add(new Dropped(update, notAMember(update.rank(), worldSize)));
      }
    }
    return dropped;
  }

  /** Drops what the newest mean has overtaken: of ranks that it did not wait for. */
  List<Dropped> dropOvertaken() {
    List<Dropped> dropped = new ArrayList<>();
    for (HeldUpdate update : List.copyOf(held.values())) {
      if (last != null && update.sync().isBefore(last.sync())) {
        held.remove(update.rank());
        dropped.add(
            new Dropped(update, late(update.sync(), update.rank(), "averaged", last.sync())));
      }
    }
    return dropped;
  }

  /** Whether the newest updates of all expected ranks are of one sync. */
  boolean isComplete(LaneMembers members) {
    HeldUpdate first = held.get(0); // rank 0 is always expected
    if (first == null) {
      return false;
    }
    int expected = expected(first, members);
    for (int rank = 1; rank < expected; rank++) {
      if (!hasSent(rank, first.sync())) {
        return false;
      }
    }
    return true;
  }

  /** Closes the sync that is complete: its updates are not held any more. */
  Round close(LaneMembers members) {
    HeldUpdate first = held.get(0);
    List<HeldUpdate> usable = new ArrayList<>();
    List<HeldUpdate> unusable = new ArrayList<>();
    long samples = 0;
    long firstMillis = Long.MAX_VALUE;
    int expected = expected(first, members);
    for (int rank = 0; rank < expected; rank++) {
      HeldUpdate update = held.remove(rank);
      firstMillis = Math.min(firstMillis, update.position().timestampMillis());
      if (update.unusable()) {
        unusable.add(update);
      } else {
        usable.add(update);
        samples += update.samples();
      }
    }
    int slot = last == null ? 0 : 1 - last.slot();
    last = new Last(first.sync(), first.model(), slot);
    return new Round(first.sync(), first.model(), slot, usable, unusable, samples, firstMillis);
  }

  /** The newest sync that some rank has sent and others not; null if there is none. */
  Sync waiting() {
    Sync newest = null;
    for (HeldUpdate update : held.values()) {
      if (newest == null || newest.isBefore(update.sync())) {
        newest = update.sync();
      }
    }
    return newest;
  }

  /** Ranks that have not sent the sync that others have, for people. */
  List<Integer> missingRanks(LaneMembers members) {
    Sync sync = waiting();
    return held.values().stream()
        .filter(update -> update.sync().isSame(sync))
        .findFirst()
        .map(update -> expected(update, members))
        .map(expected -> IntStream.range(0, expected).filter(rank -> !hasSent(rank, sync)))
        .orElse(IntStream.empty())
        .boxed()
        .toList();
  }

  private boolean hasSent(int rank, Sync sync) {
    HeldUpdate update = held.get(rank);
    return update != null && update.sync().isSame(sync);
  }

  private static int expected(HeldUpdate update, LaneMembers members) {
    return Math.min(update.worldSize(), members.worldSize(update.sync().epoch()));
  }

  /** Null before the first mean. */
  Last last() {
    return last;
  }

  Map<Integer, Long> incarnations() {
    return incarnations;
  }

  Map<Integer, HeldUpdate> held() {
    return held;
  }

  ChunkLedger copy() {
    return new ChunkLedger(last, incarnations, held);
  }
}
