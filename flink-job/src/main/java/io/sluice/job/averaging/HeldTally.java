package io.sluice.job.averaging;

import io.sluice.job.metrics.JobMetrics;
import java.util.HashMap;
import java.util.Map;

/** Counts what a subtask's lanes hold, for people. */
final class HeldTally {

  /** Held updates, and bytes of their values. */
  private static final class Count {
    private long updates;
    private long bytes;
  }

  private final Map<Integer, Count> byLane = new HashMap<>();
  private final JobMetrics.Averaging metrics;

  HeldTally(JobMetrics.Averaging metrics) {
    this.metrics = metrics;
  }

  boolean knows(int lane) {
    return byLane.containsKey(lane);
  }

  /** Counts a lane anew, whose state may have been restored. */
  void count(int lane, Iterable<ChunkLedger> ledgers) {
    byLane.put(lane, new Count());
    for (ChunkLedger ledger : ledgers) {
      ledger.held().values().forEach(update -> add(lane, update));
    }
  }

  void add(int lane, HeldUpdate update) {
    change(lane, 1, update.bytes());
  }

  void remove(int lane, HeldUpdate update) {
    change(lane, -1, -update.bytes());
  }

  private void change(int lane, int updates, long bytes) {
    Count count = byLane.get(lane);
    count.updates += updates;
    count.bytes += bytes;
    metrics.held(
        byLane.values().stream().mapToLong(each -> each.updates).sum(),
        byLane.values().stream().mapToLong(each -> each.bytes).sum());
  }
}
