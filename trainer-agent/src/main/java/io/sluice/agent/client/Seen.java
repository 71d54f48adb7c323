package io.sluice.agent.client;

import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that was read: where it stands, and enough of its content to tell a repeat from another.
 */
record Seen(int partition, long offset, int length, long crc) {

  static Seen of(ConsumerRecord<?, byte[]> record) {
    CRC32C crc = new CRC32C();
    crc.update(record.value());
    return new Seen(record.partition(), record.offset(), record.value().length, crc.getValue());
  }

  boolean isAt(Seen other) {
    return partition == other.partition && offset == other.offset;
  }

  boolean equalsContent(Seen other) {
    return length == other.length && crc == other.crc;
  }
}
