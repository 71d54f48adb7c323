package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.protocol.Topics;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LocalKafkaTest {

  private static final String TOPIC = "letters";

  @Test
  void servesTopicsAndLeavesNothingBehind() throws Exception {
    Path folder;
    try (LocalKafka kafka = LocalKafka.create()) {
      folder = kafka.folder();
      assertThat(folder).isDirectory();
      createTopic(kafka);
      produce(kafka, "a", "b", "c");
      assertThat(consume(kafka, 3)).containsExactlyInAnyOrder("a", "b", "c");
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void keepsItsAddressAndItsRecordsOverAStop() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      String address = kafka.bootstrapServers();
      createTopic(kafka);
      produce(kafka, "a", "b");

      kafka.stop();
      assertThatThrownBy(() -> produce(kafka, "lost"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TimeoutException.class);

      kafka.start();
      assertThat(kafka.bootstrapServers()).isEqualTo(address);
      produce(kafka, "c");
      assertThat(consume(kafka, 3)).containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void deletesTheTopicsOfOneRun() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        Admin admin = Admin.create(properties(kafka))) {
      Properties client = new Properties();
      client.setProperty("bootstrap.servers", kafka.bootstrapServers());
      Topics mine = new Topics("mine");
      Topics others = new Topics("mine-2");
      List<String> there = new ArrayList<>(others.all());
      there.add(mine.lossEvents()); // the rest of them was never made
      there.add(mine.deadLetters());
      admin
          .createTopics(there.stream().map(topic -> new NewTopic(topic, 1, (short) 1)).toList())
          .all()
          .get();

      LocalKafka.delete(mine, client);

      await() // brokers hear of it a moment later
          .untilAsserted(
              () ->
                  assertThat(admin.listTopics().names().get())
                      .containsExactlyInAnyOrderElementsOf(others.all()));
      LocalKafka.delete(mine, client); // there is nothing left to delete
    }
  }

  @Test
  void twoRunSideBySide() throws Exception {
    try (LocalKafka one = LocalKafka.create();
        LocalKafka other = LocalKafka.create()) {
      createTopic(one);
      produce(one, "a");
      assertThat(consume(one, 1)).containsExactly("a");
      try (Admin admin = Admin.create(properties(other))) {
        assertThat(admin.listTopics().names().get()).isEmpty();
      }
    }
  }

  @Test
  void takesNoDiskSpaceForEmptyTopics() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      createTopic(kafka);
      produce(kafka, "a");
      try (var files = Files.walk(kafka.folder())) {
        long bytes = files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
        assertThat(bytes).isLessThan(64L << 20);
      }
    }
  }

  private static void createTopic(LocalKafka kafka) throws Exception {
    try (Admin admin = Admin.create(properties(kafka))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
    }
  }

  private static void produce(LocalKafka kafka, String... values) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties(kafka), new StringSerializer(), new StringSerializer())) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(TOPIC, value)).get();
      }
    }
  }

  private static List<String> consume(LocalKafka kafka, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            properties(kafka), new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      while (values.size() < count) {
        for (ConsumerRecord<String, String> letter : consumer.poll(Duration.ofSeconds(1))) {
          values.add(letter.value());
        }
      }
    }
    return values;
  }

  private static Map<String, Object> properties(LocalKafka kafka) {
    return Map.of(
        "bootstrap.servers", kafka.bootstrapServers(),
        "group.id", "readers",
        "auto.offset.reset", "earliest",
        "max.block.ms", "2000",
        "delivery.timeout.ms", "2000",
        "request.timeout.ms", "2000",
        "linger.ms", "0");
  }
}
