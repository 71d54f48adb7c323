package io.sluice.faults;

import io.sluice.protocol.wire.LossEvent;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds an agent of this process before its first epoch end in a partition; those in the partitions
 * before it are out. As an interceptor of Kafka's clients it needs no door in the agent; consumers
 * get it too.
 */
public final class PartitionGate
    implements ProducerInterceptor<Object, Object>, ConsumerInterceptor<Object, Object> {

  private static volatile int closedPartition = -1;
  private static volatile CountDownLatch gate = new CountDownLatch(0);
  private static volatile CountDownLatch held = new CountDownLatch(0);

  static void close(int partition) {
    held = new CountDownLatch(1);
    gate = new CountDownLatch(1);
    closedPartition = partition;
  }

  /** Waits until an agent stands at the gate. */
  static void awaitHeld() throws InterruptedException {
    held.await();
  }

  static void open() {
    closedPartition = -1;
    gate.countDown();
  }

  @Override
  public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> record) {
    if (record.partition() == closedPartition
        && record.value() instanceof LossEvent event
        && event.hasEpochEnd()) {
      held.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return record;
  }

  @Override
  public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
    return records;
  }

  @Override
  public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public void close() {}
}
