package io.sluice.job.averaging;

import io.sluice.job.ingest.Position;
import io.sluice.job.serde.SerializerTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Something that a partition of {@code <run>.model-updates} says, checked as far as one record
 * alone can be checked. A partition is a lane: what it holds has one order, and nothing else
 * decides.
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public sealed interface LaneEvent {

  TypeInformation<LaneEvent> TYPE =
      new SerializerTypeInfo<>(LaneEvent.class, new LaneEventSerializer());

  /** Where the record stands that said so. */
  Position position();

  default int lane() {
    return position().partition();
  }

  /**
   * A chunk of one rank's parameters.
   *
   * @param worldSize W of the selection that was trained
   * @param chunk number of the chunk
   * @param samples trained since the sync before
   * @param unusable whether the rank's parameters are not finite; there are no values then
   * @param values binary32, little-endian
   */
  record Update(
      Position position,
      Sync sync,
      int rank,
      long incarnation,
      int worldSize,
      int chunk,
      Model model,
      long samples,
      boolean unusable,
      byte[] values)
      implements LaneEvent {}

  /**
   * The ranks are 0 to W − 1 from an epoch on.
   *
   * @param generation which declaration it is; a later one has a greater generation
   * @param worldSize W
   */
  record MembersDeclared(Position position, long generation, int fromEpoch, int worldSize)
      implements LaneEvent {}
}
