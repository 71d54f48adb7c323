package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.ingest.Rejection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who the ranks are, as far as a lane has been told: where ranks are removed in an epoch whose
 * selection they share, nobody waits for their parameters. Mutable; plain Java.
 */
final class LaneMembers {

  /**
   * One declaration.
   *
   * @param worldSize W from that epoch on
   */
  record Declared(long generation, int fromEpoch, int worldSize) {}

  /** Ascending by epoch and by generation alike. */
  private final List<Declared> declared;

  LaneMembers() {
    this(List.of());
  }

  LaneMembers(List<Declared> declared) {
    this.declared = new ArrayList<>(declared);
  }

  /** The world size of an epoch; without a declaration it is whatever the updates say. */
  int worldSize(int epoch) {
    int worldSize = Integer.MAX_VALUE;
    for (Declared known : declared) {
      if (known.fromEpoch() <= epoch) {
        worldSize = known.worldSize();
      }
    }
    return worldSize;
  }

  /**
   * From its epoch on, the declaration of the greatest generation holds, in whichever order they
   * come.
   *
   * @return null when it holds from now on
   */
  Refusal declare(MembersDeclared members) {
    long generation = members.generation();
    int from = members.fromEpoch();
    if (declared.stream().anyMatch(known -> known.generation() == generation)) {
      return Refusal.of(
          Rejection.REPEATED_MEMBERSHIP,
          "world size %d from epoch %d",
          members.worldSize(),
          members.fromEpoch());
    }
    if (declared.stream()
        .anyMatch(known -> known.generation() > generation && known.fromEpoch() <= from)) {
      return Refusal.of(
          Rejection.OLD_GENERATION,
          "membership of generation %d from epoch %d; a newer one holds from then on",
          generation,
          from);
    }
    declared.removeIf(known -> known.generation() < generation && known.fromEpoch() >= from);
    declared.add(new Declared(generation, from, members.worldSize()));
    declared.sort(Comparator.comparingInt(Declared::fromEpoch));
    return null;
  }

  List<Declared> declared() {
    return declared;
  }

  LaneMembers copy() {
    return new LaneMembers(declared);
  }
}
