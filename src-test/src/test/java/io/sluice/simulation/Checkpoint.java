package io.sluice.simulation;

import java.util.List;
import java.util.Map;

/**
 * A consistent cut through a job.
 *
 * @param shape of the job; where nothing is in its channels, another one can restore it
 * @param offsets by partition, what is read next
 * @param states by operator
 * @param channels what was under way in each
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record Checkpoint(
    JobShape shape,
    long[] offsets,
    Map<String, KeyedStore.Snapshot> states,
    List<List<byte[]>> channels,
    Map<String, Long> counters) {

  /** Before anything was read. */
  static Checkpoint start(JobShape shape, int partitions) {
    return new Checkpoint(shape, new long[partitions], Map.of(), List.of(), Map.of());
  }

  /** The same for a job of another shape. */
  Checkpoint in(JobShape other) {
    if (!channels.stream().allMatch(List::isEmpty)) {
      throw new IllegalStateException("records are under way");
    }
    return new Checkpoint(other, offsets, states, List.of(), counters);
  }
}
