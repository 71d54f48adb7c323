package io.sluice.protocol.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * One kind of message from the value of a Kafka record.
 *
 * @param <T> the message
 */
public final class MessageDeserializer<T extends MessageLite> implements Deserializer<T> {

  private final Parser<T> parser;

  public MessageDeserializer(Parser<T> parser) {
    this.parser = parser;
  }

  /**
   * @throws SerializationException when the bytes are not such a message
   */
  @Override
  public T deserialize(String topic, byte[] value) {
    try {
      return value == null ? null : parser.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new SerializationException(
          "a record of topic " + topic + " is not what the protocol says: " + e.getMessage(), e);
    }
  }
}
