package io.sluice.local.control;

import io.sluice.protocol.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A change of who the ranks are, and from which epoch on.
 *
 * @param before world size without the change, in the epoch from which it holds; 0 when nobody has
 *     joined yet
 * @param after world size from then on
 * @param fromEpoch first epoch that the ranks have to end
 */
record RanksChange(int before, int after, int fromEpoch) {

  /**
   * Ranks that are added begin two epochs after the newest plan's. Its epoch or the next is open in
   * a shard, so that is the first epoch that no shard can have begun, and all shards take the ranks
   * up with the same one. Ranks that are removed are not waited for from the open epoch on.
   *
   * @param now world size in the newest plan, or that of the first agent; 0 when nobody has joined
   * @param announced who the ranks are from later epochs on
   * @param newestEpoch epoch of the newest plan; -1 without one
   * @param wantedEpoch from which epoch on; empty leaves it to the rule above
   * @throws UserError when ranks would be added in an epoch that may have begun
   */
  static RanksChange of(
      int now,
      List<Announcements.Members> announced,
      int newestEpoch,
      int wantedSize,
      OptionalInt wantedEpoch) {
    int least =
        Stream.concat(Stream.of(now), announced.stream().map(Announcements.Members::worldSize))
            .min(Integer::compare)
            .orElseThrow();
    boolean adds = now > 0 && wantedSize > least;
    int earliest = newestEpoch + 2;
    int from = wantedEpoch.orElse(adds ? earliest : newestEpoch);
    if (adds && from < earliest) {
      throw new UserError(
          String.format(
              "ranks cannot be added from epoch %d on: it, or its selection, may have begun; the"
                  + " earliest is epoch %d",
              from, earliest));
    }
    from = Math.max(from, newestEpoch);
    int before = now;
    for (Announcements.Members members : announced) {
      if (members.fromEpoch() <= from) {
        before = members.worldSize();
      }
    }
    return new RanksChange(before, wantedSize, from);
  }

  /**
   * First epoch whose parameters are averaged without other ranks. A rank that goes at once may
   * have ended the epoch before the newest plan's early, and be gone before its parameters of that
   * epoch were sent; the others would wait for them.
   */
  int fromSyncs(int newestEpoch) {
    return fromEpoch > newestEpoch ? fromEpoch : Math.max(-1, fromEpoch - 1);
  }

  /** What happens, for people. */
  List<String> describe(int newestEpoch) {
    List<String> lines = new ArrayList<>();
    String since =
        fromEpoch <= newestEpoch || fromEpoch < 0
            ? "from the open epoch on"
            : "from epoch " + fromEpoch + " on";
    lines.add(String.format("The world size is %d %s: %s.", after, since, ranks(0, after)));
    if (after < before) {
      lines.add(
          String.format(
              "Removed: %s. Nobody waits for %s any more; an agent of %s that still runs ends by"
                  + " itself when the next selection comes.",
              ranks(after, before),
              before - after == 1 ? "it" : "them",
              before - after == 1 ? "it" : "these"));
    } else if (after > before && before > 0) {
      lines.add(
          String.format(
              "Added: %s. Start %s now, with world-size %d; epoch %d waits for %s.",
              ranks(before, after),
              after - before == 1 ? "its agent" : "their agents",
              after,
              fromEpoch,
              after - before == 1 ? "it" : "them"));
    }
    lines.add(
        String.format(
            "The other agents go on as they are. Set world-size to %d in the configuration, for"
                + " agents that start from now on.",
            after));
    return lines;
  }

  private static String ranks(int from, int end) {
    return end - from == 1 ? "rank " + from : "ranks " + from + " to " + (end - 1);
  }
}
