package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SelectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** An operator's commands on a real broker, with a job that is not there: what they write. */
abstract class TestingControl {

  private static LocalKafka kafka;

  final TestingTerminal out = new TestingTerminal();

  final TestingTerminal err = new TestingTerminal();

  RunConfig config;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @BeforeEach
  void createRun(TestInfo test) {
    String run = test.getTestMethod().orElseThrow().getName();
    config =
        RunConfig.defaults()
            .with(
                Map.of(
                    "run",
                    run,
                    "bootstrap-servers",
                    kafka.bootstrapServers(),
                    "shards",
                    "8",
                    "partitions",
                    "2"),
                "test");
    RunTopics.ensure(config, Role.JOB);
    // A broker may be a moment behind the controller that has just made them.
    await()
        .ignoreExceptionsInstanceOf(UserError.class)
        .until(
            () -> {
              RunTopics.require(config, Role.OPERATOR);
              return true;
            });
  }

  int run(String... arguments) {
    return run(out, arguments);
  }

  TestingTerminal show(String... arguments) {
    TestingTerminal shown = new TestingTerminal();
    assertThat(run(shown, arguments)).as(err.text()).isZero();
    return shown;
  }

  int run(TestingTerminal to, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (arguments.length > 1) {
      for (String key : List.of("run", "bootstrap-servers", "shards", "partitions")) {
        all.add("--" + key);
        all.add(config.inEffect().get(key));
      }
    }
    return Sluice.commandLine(to.plain(), err.out(), LogFile.open(), Map.of())
        .execute(all.toArray(String[]::new));
  }

  static List<Long> ids(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  /** Everything in both partitions; each record is where its shard lives. */
  List<LossEvent> events() throws Exception {
    List<LossEvent> events = new ArrayList<>();
    for (int partition = 0; partition < 2; partition++) {
      for (ConsumerRecord<byte[], byte[]> record : read(config.topics().lossEvents(), partition)) {
        LossEvent event = parse(record.value());
        if (event.hasSamplesAdded()) {
          assertThat(event.getSamplesAdded().getShard() % 2).isEqualTo(partition);
        }
        events.add(event);
      }
    }
    return events;
  }

  /** Something undecodable is an event without a kind. */
  static LossEvent parse(byte[] value) throws Exception {
    return value.length == 1 ? LossEvent.getDefaultInstance() : LossEvent.parseFrom(value);
  }

  long end() {
    return read(config.topics().lossEvents(), 0).size();
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic, int partition) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.kafkaProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition from = new TopicPartition(topic, partition);
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      while (consumer.position(from) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  void plan(SelectionPlan.Builder plan) throws Exception {
    write(config.topics().selectionPlans(), 0, Json.write(plan.setVersion(1).build()));
  }

  void write(String topic, int partition, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.kafkaProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
    }
  }
}
