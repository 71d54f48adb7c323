package io.sluice.job.averaging;

import io.sluice.job.metrics.JobMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.streaming.api.TimerService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people which ranks a sync waits for when it has waited for long; decides nothing.
 *
 * <p>State, by lane: the sync that a timer watches, while something is held.
 */
final class SyncWatch {

  private static final Logger LOG = LoggerFactory.getLogger(SyncWatch.class);

  private final Duration patience;
  private final ValueState<Sync> watched;
  private final JobMetrics.Stalling metrics;

  /** By key of the lane, the ranks it waits for. */
  private final Map<Integer, List<Integer>> stalled = new HashMap<>();

  private Sync warned;

  SyncWatch(Duration patience, ValueState<Sync> watched, JobMetrics.Stalling metrics) {
    this.patience = patience;
    this.watched = watched;
    this.metrics = metrics;
  }

  /** An update begins to wait for those of other ranks. */
  void waits(Sync sync, TimerService timers) throws IOException {
    if (watched.value() == null) {
      watch(sync, timers);
    }
  }

  /** A sync is complete in one of the lane's chunks; where others stall, the next timer tells. */
  void closed(Integer key) {
    if (stalled.remove(key) != null) {
      metrics.stalled(stalled.values());
    }
  }

  /**
   * @param ledgers of all chunks of the lane
   */
  void onTimer(Integer key, Iterable<ChunkLedger> ledgers, LaneMembers members, TimerService timers)
      throws IOException {
    Sync oldest = null;
    SortedSet<Integer> missing = new TreeSet<>();
    for (ChunkLedger ledger : ledgers) {
      Sync sync = ledger.waiting();
      if (sync != null && (oldest == null || !oldest.isBefore(sync))) {
        if (oldest != null && sync.isBefore(oldest)) {
          missing.clear();
        }
        oldest = sync;
        missing.addAll(ledger.missingRanks(members));
      }
    }
    if (oldest == null) {
      watched.clear();
      return;
    }
    if (oldest.isSame(watched.value())) {
      stalls(key, oldest, List.copyOf(missing));
    }
    watch(oldest, timers);
  }

  private void stalls(Integer key, Sync sync, List<Integer> missing) {
    if (!missing.equals(stalled.put(key, missing))) {
      metrics.stalled(stalled.values());
    }
    if (warned == null || !warned.isSame(sync)) {
      warned = sync;
      LOG.warn(
          "{} waits for the parameters of ranks {}, {} s or more after the first rank sent its own;"
              + " start their agents again, or go on without them with 'sluice membership set'",
          sync,
          missing,
          patience.toSeconds());
    }
  }

  int stalledLanes() {
    return stalled.size();
  }

  private void watch(Sync sync, TimerService timers) throws IOException {
    watched.update(sync);
    timers.registerProcessingTimeTimer(timers.currentProcessingTime() + patience.toMillis());
  }
}
