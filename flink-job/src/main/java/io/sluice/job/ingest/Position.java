package io.sluice.job.ingest;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Where a record stands in its topic.
 *
 * @param partition Kafka partition
 * @param offset Kafka offset
 * @param timestampMillis when it was appended, by Kafka's timestamp; for metrics only
 */
public record Position(int partition, long offset, long timestampMillis) {

  public void write(DataOutputView out) throws IOException {
    out.writeInt(partition);
    out.writeLong(offset);
    out.writeLong(timestampMillis);
  }

  public static Position read(DataInputView in) throws IOException {
    return new Position(in.readInt(), in.readLong(), in.readLong());
  }
}
