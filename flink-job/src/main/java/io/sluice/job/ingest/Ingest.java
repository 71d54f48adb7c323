package io.sluice.job.ingest;

import io.sluice.job.metrics.JobMetrics;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.LossBatch;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Decodes records into shard events; refused ones go to the dead letters and are counted. */
public final class Ingest extends ProcessFunction<RawRecord, ShardEvent> {

  private final Sharding sharding;
  private final boolean relativeLosses;
  private final String topic;

  private transient LossEventDecoder decoder;
  private transient JobMetrics.Rejected<Rejection> rejected;

  /**
   * @param relativeLosses whether to take losses relative to their mini-batch's mean
   * @param topic name of the topic the records come from, for dead letters
   */
  public Ingest(Sharding sharding, boolean relativeLosses, String topic) {
    this.sharding = sharding;
    this.relativeLosses = relativeLosses;
    this.topic = topic;
  }

  @Override
  public void open(OpenContext context) {
    decoder = new LossEventDecoder(sharding, relativeLosses);
    rejected = Rejection.counters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<ShardEvent> out) {
    int bytes = record.value().length;
    if (bytes > Wire.MAX_RECORD_BYTES) {
      String detail = bytes + " bytes; allowed: at most " + Wire.MAX_RECORD_BYTES;
      refuse(record, Rejection.OVERSIZED, detail, 1, context);
      return;
    }
    decoder.decode(
        record,
        new LossEventDecoder.Output() {
          @Override
          public void event(ShardEvent event) {
            out.collect(event);
          }

          @Override
          public void reject(Rejection reason, String detail, int count) {
            refuse(record, reason, detail, count, context);
          }

          @Override
          public void rejectLosses(Rejection reason, String detail, LossBatch batch) {
            rejected.count(reason, batch.getLossesCount());
            context.output(
                DeadLetters.TAG,
                DeadLetters.ofRank(
                    reason,
                    detail,
                    topic,
                    record.position(),
                    batch.getRank(),
                    batch.getIncarnation()));
          }
        });
  }

  private void refuse(
      RawRecord record, Rejection reason, String detail, int count, Context context) {
    rejected.count(reason, count);
    byte[] letter = DeadLetters.ofRecord(reason, detail, topic, record.position(), record.value());
    context.output(DeadLetters.TAG, letter);
  }
}
