package io.sluice.protocol.kafka;

import com.google.protobuf.MessageLite;
import org.apache.kafka.common.serialization.Serializer;

/** Any message of the protocol as the value of a Kafka record. */
public final class MessageSerializer implements Serializer<MessageLite> {

  @Override
  public byte[] serialize(String topic, MessageLite message) {
    return message == null ? null : message.toByteArray();
  }
}
