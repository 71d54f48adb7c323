package io.sluice.job.difficulty;

import io.sluice.job.difficulty.Verdict.Refused;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.metrics.JobMetrics;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a shard refuses, and tells it where people look. Decides nothing. */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private record Mismatch(int rank, long incarnation, int epoch) {}

  private final String topic;
  private final JobMetrics.Rejected<Rejection> counters;

  /** A rank's count fails to agree in many shards at once; one line is enough. */
  private final Set<Mismatch> warned = new HashSet<>();

  /**
   * @param topic name of the topic the events come from
   */
  Refusals(String topic, MetricGroup operator) {
    this.topic = topic;
    this.counters = Rejection.counters(operator);
  }

  /** An event is refused; its losses are not in the state, each of them counts. */
  void refuse(ShardEvent event, Refused refused, Consumer<byte[]> deadLetters) {
    long count = event instanceof Losses losses ? losses.block().count() : 1;
    counters.count(refused.reason(), count);
    if (refused.reason().isRepeat()) {
      return;
    }
    deadLetters.accept(DeadLetters.ofEvent(refused.reason(), refused.detail(), topic, event));
    if (refused.reason() == Rejection.COUNT_MISMATCH) {
      warn((EpochEnded) event, refused.detail());
    }
  }

  /** Some losses of a batch are refused. */
  void refuse(Losses batch, Rejection reason, int count, Consumer<byte[]> deadLetters) {
    if (count > 0) {
      counters.count(reason, count);
      String detail =
          String.format(
              "%d of %d losses of rank %d are of samples that %s",
              count,
              batch.sent(),
              batch.rank(),
              reason == Rejection.RETIRED_SAMPLE ? "were retired" : "nobody has declared");
      deadLetters.accept(DeadLetters.ofEvent(reason, detail, topic, batch));
    }
  }

  /** A record says only what is known already. */
  void repeated(Rejection reason) {
    counters.count(reason, 1);
  }

  private void warn(EpochEnded end, String detail) {
    warned.removeIf(old -> old.epoch() < end.epoch());
    if (warned.add(new Mismatch(end.rank(), end.incarnation(), end.epoch()))) {
      LOG.warn("shard {} does not close epoch {}: {}", end.shard(), end.epoch(), detail);
    }
  }
}
