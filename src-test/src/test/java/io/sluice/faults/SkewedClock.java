package io.sluice.faults;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives a client's records the time of a wrong clock. It is set as {@code
 * kafka.interceptor.classes}, which reaches consumers too.
 */
public final class SkewedClock
    implements ProducerInterceptor<Object, Object>, ConsumerInterceptor<Object, Object> {

  /** Hours that the clock is ahead; negative when it is behind. */
  static final String HOURS = "skewed.clock.hours";

  /** Seconds by which it steps back with every record. */
  static final String STEP_SECONDS = "skewed.clock.step.seconds";

  private final AtomicLong records = new AtomicLong();
  private long skewMillis;
  private long stepMillis;

  @Override
  public void configure(Map<String, ?> configs) {
    skewMillis = Duration.ofHours(number(configs, HOURS)).toMillis();
    stepMillis = Duration.ofSeconds(number(configs, STEP_SECONDS)).toMillis();
  }

  private static long number(Map<String, ?> configs, String key) {
    return Long.parseLong(String.valueOf(configs.get(key)));
  }

  @Override
  public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> record) {
    long time = System.currentTimeMillis() + skewMillis - records.getAndIncrement() * stepMillis;
    return new ProducerRecord<>(
        record.topic(), record.partition(), time, record.key(), record.value(), record.headers());
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
  public void close() {}
}
