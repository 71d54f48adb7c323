package io.sluice.job.ingest;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes records as they are, so that what cannot be decoded is not lost but dead-lettered. */
public final class RawRecordSchema implements KafkaRecordDeserializationSchema<RawRecord> {

  private static final byte[] EMPTY = {};

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
    Position position = new Position(record.partition(), record.offset(), record.timestamp());
    out.collect(new RawRecord(position, record.value() == null ? EMPTY : record.value()));
  }

  @Override
  public TypeInformation<RawRecord> getProducedType() {
    return RawRecord.TYPE;
  }
}
