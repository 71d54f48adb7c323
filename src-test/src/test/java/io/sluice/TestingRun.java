package io.sluice;

import io.sluice.local.LocalKafka;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A small run on a real broker, and what stands in its topics. */
public final class TestingRun {

  private TestingRun() {}

  /** Settings that keep a run small: 8 shards in 2 partitions, two subtasks. */
  static RunConfig config(LocalKafka kafka, String run, Map<String, String> more) {
    return config(kafka.bootstrapServers(), run, more);
  }

  /** The same on brokers at an address. */
  public static RunConfig config(String bootstrapServers, String run, Map<String, String> more) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "run", run,
                "bootstrap-servers", bootstrapServers,
                "shards", "8",
                "partitions", "2",
                "parallelism", "2",
                "checkpoint-interval", "500ms"));
    settings.putAll(more);
    return RunConfig.defaults().with(settings, "test");
  }

  /** All records of a topic up to its end at the time of the call, partition by partition. */
  public static List<ConsumerRecord<byte[], byte[]>> read(RunConfig config, String topic) {
    Properties properties = config.kafkaProperties();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  /** Writes raw bytes into a partition of the run's loss events. */
  public static void write(RunConfig config, int partition, byte[]... values) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.kafkaProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (byte[] value : values) {
        sent.add(
            producer.send(
                new ProducerRecord<>(config.topics().lossEvents(), partition, null, value)));
      }
      producer.flush();
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    }
  }

  /** The losses that agents sent in an epoch, by sample id. */
  static Map<Long, Float> lossesOf(RunConfig config, int epoch) throws Exception {
    Sharding sharding = config.sharding();
    Map<Long, Float> losses = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(config, config.topics().lossEvents())) {
      LossEvent event = LossEvent.parseFrom(record.value());
      if (!event.hasLossBatch() || event.getLossBatch().getEpoch() != epoch) {
        continue;
      }
      long index = 0;
      for (int i = 0; i < event.getLossBatch().getLossesCount(); i++) {
        index += event.getLossBatch().getLocalIndexDeltas(i);
        losses.put(
            sharding.sampleId(event.getLossBatch().getShard(), index),
            event.getLossBatch().getLosses(i));
      }
    }
    return losses;
  }

  /** How many losses count for an epoch, as agents say when they end it. */
  static long lossesEnded(RunConfig config, int epoch) throws Exception {
    long losses = 0;
    for (ConsumerRecord<byte[], byte[]> record : read(config, config.topics().lossEvents())) {
      LossEvent event = LossEvent.parseFrom(record.value());
      if (event.hasEpochEnd() && event.getEpochEnd().getEpoch() == epoch) {
        losses += event.getEpochEnd().getLosses();
      }
    }
    return losses;
  }
}
