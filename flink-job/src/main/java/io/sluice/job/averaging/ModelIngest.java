package io.sluice.job.averaging;

import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.RawRecord;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.protocol.Wire;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Decodes records into events of a lane; refused ones go to the dead letters and are counted. */
public final class ModelIngest extends ProcessFunction<RawRecord, LaneEvent> {

  private final int partitions;
  private final String topic;

  private transient ModelEventDecoder decoder;
  private transient JobMetrics.Rejected<Rejection> rejected;

  /**
   * @param partitions number of the topic's partitions P
   * @param topic name of the topic the records come from, for dead letters
   */
  public ModelIngest(int partitions, String topic) {
    this.partitions = partitions;
    this.topic = topic;
  }

  @Override
  public void open(OpenContext context) {
    decoder = new ModelEventDecoder(partitions);
    rejected = Rejection.counters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<LaneEvent> out) {
    int bytes = record.value().length;
    if (bytes > Wire.MAX_RECORD_BYTES) {
      String detail = bytes + " bytes; allowed: at most " + Wire.MAX_RECORD_BYTES;
      refuse(record, Rejection.OVERSIZED, detail, context);
      return;
    }
    decoder.decode(
        record,
        new ModelEventDecoder.Output() {
          @Override
          public void event(LaneEvent event) {
            out.collect(event);
          }

          @Override
          public void reject(Rejection reason, String detail) {
            refuse(record, reason, detail, context);
          }
        });
  }

  private void refuse(RawRecord record, Rejection reason, String detail, Context context) {
    rejected.count(reason, 1);
    byte[] letter = DeadLetters.ofRecord(reason, detail, topic, record.position(), record.value());
    context.output(DeadLetters.TAG, letter);
  }
}
