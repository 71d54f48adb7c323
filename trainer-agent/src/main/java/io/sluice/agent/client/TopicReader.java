package io.sluice.agent.client;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads one of the run's topics from its start, all partitions. What comes too early is not held in
 * memory: the reader goes back to it. For one thread at a time, which Kafka's consumer sees to.
 */
final class TopicReader {

  /**
   * Records, an interrupt and a close end a poll at once; only a timeout and the log wait for it.
   */
  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<Void, byte[]> consumer;
  private final String what;
  private final String brokers;

  /** Where, in each partition, the first record stands that came too early. */
  private final Map<TopicPartition, Long> goBackTo = new HashMap<>();

  /**
   * @param what the records, for people
   */
  TopicReader(RunConfig config, String topic, String what, Consumer<Void, byte[]> consumer) {
    this.consumer = consumer;
    this.what = what;
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
    List<TopicPartition> partitions =
        IntStream.range(0, config.sharding().partitions())
            .mapToObj(p -> new TopicPartition(topic, p))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * @param timeout null to wait as long as is good for the log
   */
  ConsumerRecords<Void, byte[]> poll(Duration timeout) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return consumer.poll(timeout == null || timeout.compareTo(POLL) > 0 ? POLL : timeout);
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (WakeupException e) {
      throw new IllegalStateException("the client was closed", e);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  /** By partition, where its next record will stand. */
  Map<TopicPartition, Long> ends() throws InterruptedException {
    try {
      return consumer.endOffsets(consumer.assignment());
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  /** Whether everything before these ends was polled. */
  boolean hasReached(Map<TopicPartition, Long> ends) throws InterruptedException {
    try {
      return ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  /** This record came too early. */
  void keep(ConsumerRecord<?, ?> record) {
    keep(new TopicPartition(record.topic(), record.partition()), record.offset());
  }

  void keep(TopicPartition partition, long offset) {
    goBackTo.merge(partition, offset, Math::min);
  }

  /** Goes on, in each partition, from the first record that came too early. */
  void goBack() {
    goBackTo.forEach(consumer::seek);
    goBackTo.clear();
  }

  private UserError unreadable(KafkaException e) {
    return new UserError(
        String.format("cannot read %s from Kafka at %s: %s", what, brokers, e.getMessage()), e);
  }
}
