package io.sluice.job.difficulty;

import io.sluice.job.metrics.JobMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.streaming.api.TimerService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people which ranks an epoch waits for when it has waited for long; decides nothing.
 *
 * <p>State, by shard: the epoch that a timer watches.
 */
final class StallWatch {

  private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);

  private final Duration patience;
  private final ValueState<Integer> watchedEpoch;
  private final JobMetrics.Stalling metrics;

  /** By key of the shard, the ranks it waits for. */
  private final Map<Integer, List<Integer>> stalled = new HashMap<>();

  private int warnedEpoch = Integer.MIN_VALUE;

  StallWatch(Duration patience, ValueState<Integer> watchedEpoch, JobMetrics.Stalling metrics) {
    this.patience = patience;
    this.watchedEpoch = watchedEpoch;
    this.metrics = metrics;
  }

  /** After every event that may begin a wait. */
  void look(EpochLedger ledger, TimerService timers) throws IOException {
    Integer watched = watchedEpoch.value();
    if (ledger.isWaiting() && (watched == null || watched != ledger.openEpoch())) {
      watchedEpoch.update(ledger.openEpoch());
      lookAgain(timers);
    }
  }

  /** A shard has closed its epoch. */
  void closed(Integer key) {
    if (stalled.remove(key) != null) {
      metrics.stalled(stalled.values());
    }
  }

  void onTimer(Integer key, EpochLedger ledger, TimerService timers) throws IOException {
    if (watchedEpoch.value() != ledger.openEpoch()) {
      return; // it was closed, and whoever waits for the next has a timer of their own
    }
    lookAgain(timers);
    if (!ledger.isWaiting()) {
      return; // the rank that had ended it has started again
    }
    List<Integer> missing = ledger.missingRanks();
    if (!missing.equals(stalled.put(key, missing))) {
      metrics.stalled(stalled.values());
    }
    if (warnedEpoch != ledger.openEpoch()) {
      warnedEpoch = ledger.openEpoch();
      LOG.warn(
          "epoch {} waits for ranks {}, {} s or more after the first rank ended it; start their"
              + " agents again, or go on without them with 'sluice membership set'",
          ledger.openEpoch(),
          missing,
          patience.toSeconds());
    }
  }

  int stalledShards() {
    return stalled.size();
  }

  private void lookAgain(TimerService timers) {
    timers.registerProcessingTimeTimer(timers.currentProcessingTime() + patience.toMillis());
  }
}
