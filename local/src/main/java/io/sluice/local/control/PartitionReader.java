package io.sluice.local.control;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.VoidDeserializer;

/** Reads stretches of single partitions. Creates no topic, and never skips what was deleted. */
public final class PartitionReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaConsumer<Void, byte[]> consumer;
  private final String brokers;

  public PartitionReader(RunConfig config) {
    Properties properties = config.kafkaProperties();
    properties.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    // Nothing is waited for, so no broker need hold back an answer until there is more to say.
    properties.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
    this.consumer =
        new KafkaConsumer<>(properties, new VoidDeserializer(), new ByteArrayDeserializer());
  }

  /** Offset of the first record that the partition still has. */
  public long begin(TopicPartition partition) {
    return offset(partition, () -> consumer.beginningOffsets(List.of(partition), PATIENCE));
  }

  /** Offset that the partition's next record will have. */
  public long end(TopicPartition partition) {
    return offset(partition, () -> consumer.endOffsets(List.of(partition), PATIENCE));
  }

  /**
   * Reads the records from one offset up to another, exclusively.
   *
   * @throws UserError when it cannot be read
   */
  public void read(
      TopicPartition partition, long from, long to, Consumer<ConsumerRecord<Void, byte[]>> each) {
    attempt(
        partition,
        () -> {
          consumer.assign(List.of(partition));
          consumer.seek(partition, from);
          long heard = System.nanoTime();
          for (long at = from; at < to; at = consumer.position(partition, PATIENCE)) {
            for (ConsumerRecord<Void, byte[]> record : consumer.poll(POLL)) {
              heard = System.nanoTime();
              if (record.offset() < to) {
                each.accept(record);
              }
            }
            if (System.nanoTime() - heard > PATIENCE.toNanos()) {
              throw new UserError(
                  String.format(
                      "Kafka at %s has sent nothing of topic %s for %d s; see that its brokers are"
                          + " running",
                      brokers, partition.topic(), PATIENCE.toSeconds()));
            }
          }
          return null;
        });
  }

  @Override
  public void close() {
    consumer.close();
  }

  private long offset(TopicPartition partition, Supplier<Map<TopicPartition, Long>> query) {
    return attempt(partition, query).get(partition);
  }

  private <T> T attempt(TopicPartition partition, Supplier<T> action) {
    try {
      return action.get();
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw new UserError(
          String.format(
              "topic %s cannot be read from Kafka at %s: %s; see that the brokers are running and"
                  + " let you read it",
              partition.topic(), brokers, e.getMessage()),
          e);
    }
  }
}
