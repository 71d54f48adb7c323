package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.agent.client.ControlWriter;
import io.sluice.agent.client.IdRange;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionChunk;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints of earlier versions, taken amid epoch 1, and the log of the run they are of: today's
 * job goes on from them to what the version that took them came to. How to make one stands in
 * CONTRIBUTING.md.
 *
 * <p>{@code before-membership} had agents that stated a generation, members as single ranks, and no
 * retired samples; {@code before-policies} had nothing told apart beside difficulty, and no budget.
 */
class KeptSavepointTest {

  private static final Path KEPT = Path.of("src/test/resources/savepoints");

  /** Selections that were made after the savepoint. */
  private static final int FIRST_SELECTION = 2;

  @SuppressWarnings("ArrayRecordComponent") // equal by content
  private record LogEntry(int partition, byte[] value) {
    @Override
    public boolean equals(Object other) {
      return other instanceof LogEntry entry
          && partition == entry.partition
          && Arrays.equals(value, entry.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }
  }

  @TempDir private Path folder;

  static List<String> kept() throws IOException {
    try (Stream<Path> folders = Files.list(KEPT)) {
      return folders.map(kept -> kept.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("kept")
  void goesOnFrom(String name) throws Exception {
    Path kept = KEPT.resolve(name);
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config = config(kafka);
      RunTopics.ensure(config, Role.JOB);
      for (int partition = 0; partition < 2; partition++) {
        int only = partition;
        TestingRun.write(
            config,
            partition,
            read(kept.resolve("log.bin")).stream()
                .filter(record -> record.partition() == only)
                .map(LogEntry::value)
                .toArray(byte[][]::new));
      }
      LocalJob job = LocalJob.resume(flink, config, copy(kept.resolve("savepoint")).toString());

      Map<String, SelectionChunk> expected = new TreeMap<>();
      for (LogEntry record : read(kept.resolve("chunks.bin"))) {
        add(expected, record.value());
      }
      assertThat(expected).as("selections 2 and 3 of two shards").hasSize(4);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(published(config)).isEqualTo(expected));
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(refused(config))
                      .containsExactlyInAnyOrderElementsOf(read(kept.resolve("letters.bin"))));
      job.cancel();
    }
  }

  /** Makes what the others go on from, with something in every part of the state. */
  @Test
  @EnabledIfSystemProperty(named = "savepoint.keep", matches = "[a-z0-9.-]+")
  void takesOneToKeep() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, LocalJob.settings())) {
      RunConfig config = config(kafka);
      LocalJob job = LocalJob.submit(flink, config);
      String savepoint;
      try (Trainers trainers = Trainers.join(config);
          ControlWriter control = new ControlWriter(config)) {
        trainers.train(0);
        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.rank(0).report(0.5, 1);
        trainers.rank(0).end();
        trainers.rank(0).reportAhead(100); // losses of epoch 2 wait
        control.retire(List.of(new IdRange(7, 30)));
        control.add(List.of(new IdRange(SyntheticTrainer.SAMPLES, 50)), 3, null); // samples wait
        control.setMembers(3, 9); // members wait
        trainers.awaitAcknowledged();
        job.checkpointAll();
        savepoint = job.stop(folder.toString(), SavepointFormatType.CANONICAL);
        job = LocalJob.resume(flink, config, savepoint);
        trainers.rank(1).report(0.5, 1);
        trainers.rank(1).end();
        trainers.train(2);
        trainers.begin(3);
      }
      job.cancel();
      keep(config, Path.of(URI.create(savepoint)));
    }
  }

  private static List<LogEntry> refused(RunConfig config) {
    return TestingRun.read(config, config.topics().deadLetters()).stream()
        .map(letter -> new LogEntry(letter.partition(), letter.value()))
        .toList();
  }

  private static void keep(RunConfig config, Path savepoint) throws IOException {
    Path kept = KEPT.resolve(System.getProperty("savepoint.keep"));
    Files.createDirectories(kept);
    copy(savepoint, kept.resolve("savepoint"));
    write(config, config.topics().lossEvents(), kept.resolve("log.bin"));
    write(config, config.topics().selectedSamples(), kept.resolve("chunks.bin"));
    write(config, config.topics().deadLetters(), kept.resolve("letters.bin"));
  }

  private static RunConfig config(LocalKafka kafka) {
    return TestingRun.config(
        kafka.bootstrapServers(),
        "kept",
        Map.of(
            "shards", "2",
            "epochs", "10",
            "clusters", "4",
            "window-scale", "0.5",
            "smoothing", "0.5",
            "world-size", "2"));
  }

  private static Map<String, SelectionChunk> published(RunConfig config) throws IOException {
    Map<String, SelectionChunk> chunks = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().selectedSamples())) {
      add(chunks, record.value());
    }
    return chunks;
  }

  /** All but the number of ranks, which chunks did not say at first. */
  private static void add(Map<String, SelectionChunk> chunks, byte[] value) throws IOException {
    SelectionChunk chunk = SelectionChunk.parseFrom(value).toBuilder().clearWorldSize().build();
    if (chunk.getEpoch() >= FIRST_SELECTION) {
      chunks.put(chunk.getEpoch() + " " + chunk.getShard() + " " + chunk.getPart(), chunk);
    }
  }

  /** Records of a file: partition, length, value of each. */
  private static List<LogEntry> read(Path file) throws IOException {
    List<LogEntry> records = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      while (in.available() > 0) {
        int partition = in.readInt();
        records.add(new LogEntry(partition, in.readNBytes(in.readInt())));
      }
    }
    return records;
  }

  private static void write(RunConfig config, String topic, Path file) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      for (ConsumerRecord<byte[], byte[]> record : TestingRun.read(config, topic)) {
        out.writeInt(record.partition());
        out.writeInt(record.value().length);
        out.write(record.value());
      }
    }
  }

  /** Flink may delete what it restores from. */
  private Path copy(Path savepoint) throws IOException {
    Path copy = folder.resolve("savepoint");
    copy(savepoint, copy);
    return copy;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
