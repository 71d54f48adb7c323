package io.sluice.job;

import io.sluice.job.ingest.RawRecord;
import io.sluice.job.ingest.RawRecordSchema;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Topics;
import io.sluice.protocol.config.RunConfig;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The job's topics. Sinks deliver at least once: what a failover publishes again is identical, and
 * readers drop it, which is faster than transactions by half a checkpoint interval.
 */
final class KafkaEnds {

  private final Topics topics;
  private final Sharding sharding;
  private final Properties properties;

  private KafkaEnds(Topics topics, Sharding sharding, Properties properties) {
    this.topics = topics;
    this.sharding = sharding;
    this.properties = properties;
  }

  static KafkaEnds of(RunConfig config) {
    return new KafkaEnds(config.topics(), config.sharding(), config.kafkaProperties());
  }

  /** The log of losses, all of it: whatever is missing would be missing in the selections. */
  DataStream<RawRecord> readLosses(StreamExecutionEnvironment env) {
    return read(env, topics.lossEvents(), new WholeLog(), "loss-events");
  }

  /**
   * Agents' parameters, as far as they are still there: nothing is averaged unless it is complete,
   * and agents send again what they see no average of.
   */
  DataStream<RawRecord> readUpdates(StreamExecutionEnvironment env) {
    return read(env, topics.modelUpdates(), OffsetsInitializer.earliest(), "model-updates");
  }

  private DataStream<RawRecord> read(
      StreamExecutionEnvironment env, String topic, OffsetsInitializer start, String name) {
    Properties consumer = new Properties();
    consumer.putAll(properties);
    // Partitions are fixed for a run; a state-less start reads the whole log.
    consumer.setProperty(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), "-1");
    // Offsets stand in checkpoints. To commit them to a group as well takes a right to the group.
    consumer.putIfAbsent(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false");
    KafkaSource<RawRecord> source =
        KafkaSource.<RawRecord>builder()
            .setProperties(consumer)
            .setGroupId(topics.run() + ".sluice")
            .setTopics(topic)
            .setStartingOffsets(start)
            .setDeserializer(new RawRecordSchema())
            .build();
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), name, RawRecord.TYPE)
        .uid(name)
        // A subtask without a partition would hold the watermark back.
        .setParallelism(Math.min(env.getParallelism(), sharding.partitions()));
  }

  void write(SelectionJob.Outputs outputs) {
    String selected = topics.selectedSamples();
    int partitions = sharding.partitions();
    outputs
        .chunks()
        .sinkTo(
            sink(
                (chunk, context, timestamp) ->
                    new ProducerRecord<>(
                        selected, chunk.shard() % partitions, null, chunk.value())))
        .name("selected-samples")
        .uid("selected-samples");
    if (outputs.averages() != null) {
      String averages = topics.modelAverages();
      outputs
          .averages()
          .sinkTo(
              sink(
                  (average, context, timestamp) ->
                      new ProducerRecord<>(
                          averages, average.lane(), average.key(), average.value())))
          .name("model-averages")
          .uid("model-averages");
    }
    writeSingle(outputs.plans(), topics.selectionPlans(), "selection-plans");
    writeSingle(outputs.deadLetters(), topics.deadLetters(), "dead-letters");
  }

  private void writeSingle(DataStream<byte[]> values, String topic, String name) {
    values
        .sinkTo(sink((value, context, timestamp) -> new ProducerRecord<>(topic, 0, null, value)))
        .name(name)
        .uid(name)
        .setParallelism(1);
  }

  private <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> schema) {
    Properties producer = new Properties();
    producer.putAll(properties);
    // With more, a new topic's first batch can be overtaken and is then refused for ever.
    producer.setProperty(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    // Agents wait for what is written here. While one request is under way, records still gather.
    producer.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "0");
    return KafkaSink.<T>builder()
        .setKafkaProducerConfig(producer)
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .setRecordSerializer(schema)
        .build();
  }
}
