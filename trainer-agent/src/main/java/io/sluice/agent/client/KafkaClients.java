package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.MessageSerializer;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.VoidSerializer;

/** The Kafka clients as the protocol needs them; {@code kafka.*} settings tune the rest. */
final class KafkaClients {

  /** How long a broker may be away before an epoch is given up. */
  private static final String PATIENCE_MS = "300000";

  /**
   * A partition gets one batch per request, and one request is under way at a time: 128 KiB holds
   * about twenty full records of losses, where Kafka's own 16 KiB would hold two or three.
   */
  private static final String BATCH_BYTES = "131072";

  /** Records say themselves what they are; a key is for compaction alone. */
  private static final Deserializer<Void> NO_KEY = (topic, key) -> null;

  private KafkaClients() {}

  static Producer<Void, MessageLite> producer(RunConfig config) {
    Properties properties = config.kafkaProperties();
    properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    // Without these, records could be lost or change their order. Idempotence alone does not keep
    // it: of a producer that it has no record of, a broker takes any batch as the first, so where
    // a new topic's leader was not ready for the one before, that one is refused for ever.
    properties.setProperty(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
    properties.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    return new KafkaProducer<>(properties, new VoidSerializer(), new MessageSerializer());
  }

  /**
   * Sends a record; what Kafka's client throws at once is told to the callback as well.
   *
   * @throws InterruptException when the thread is interrupted while the producer is full
   */
  static <V> void send(Producer<Void, V> producer, ProducerRecord<Void, V> record, Callback told) {
    try {
      Future<RecordMetadata> unused = producer.send(record, told);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      told.onCompletion(null, e);
    }
  }

  static Consumer<Void, byte[]> consumer(RunConfig config) {
    Properties properties = config.kafkaProperties();
    properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    return new KafkaConsumer<>(properties, NO_KEY, new ByteArrayDeserializer());
  }
}
