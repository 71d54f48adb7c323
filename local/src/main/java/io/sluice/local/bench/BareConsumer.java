package io.sluice.local.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.VoidDeserializer;

/** The ceiling of ingest: a consumer that reads and decodes every loss, and does no more. */
final class BareConsumer {

  private BareConsumer() {}

  /**
   * Reads a run's loss events from the first to the last.
   *
   * @return losses read in a second
   */
  static double lossesPerSecond(RunConfig config) {
    Properties properties = config.kafkaProperties();
    String topic = config.topics().lossEvents();
    try (KafkaConsumer<Void, byte[]> consumer =
        new KafkaConsumer<>(properties, new VoidDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, config.sharding().partitions())
              .mapToObj(partition -> new TopicPartition(topic, partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long records = ends.values().stream().mapToLong(Long::longValue).sum();
      long losses = 0;
      double sum = 0;
      long start = 0;
      while (records > 0) {
        for (ConsumerRecord<Void, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (start == 0) {
            start = System.nanoTime();
          }
          LossBatch batch = LossEvent.parseFrom(record.value()).getLossBatch();
          long index = 0;
          for (int i = 0; i < batch.getLossesCount(); i++) {
            index += batch.getLocalIndexDeltas(i);
            sum += batch.getLosses(i) * index;
          }
          losses += batch.getLossesCount();
          records--;
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (Double.isNaN(sum)) {
        throw new IllegalStateException("a loss is not a number");
      }
      return losses / seconds;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record of the bench cannot be read", e);
    }
  }
}
