package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionChunk;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Savepoints of earlier versions, taken amid an epoch, and the log of the run they are of: today's
 * job goes on from them to what the version that took them came to. How to make one stands in
 * CONTRIBUTING.md.
 */
class KeptSavepointTest {

  private static final Path KEPT = Path.of("src/test/resources/savepoints");

  /** Selections that were made after the savepoint. */
  private static final int FIRST_SELECTION = 2;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record LogEntry(int partition, byte[] value) {}

  /**
   * The run had agents that stated a generation, members as single ranks, and no retired samples.
   */
  @Test
  void goesOnFromAStateBeforeMembershipWasARecordAlone(@TempDir Path folder) throws Exception {
    goOn(KEPT.resolve("before-membership"), folder);
  }

  private static void goOn(Path kept, Path folder) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          TestingRun.config(
              kafka.bootstrapServers(),
              "kept",
              Map.of(
                  "shards", "2",
                  "epochs", "10",
                  "clusters", "4",
                  "window-scale", "0.5",
                  "smoothing", "0.5",
                  "world-size", "2"));
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
      JobClient job =
          flink.submit(
              SelectionJob.jobName(config),
              environment -> {
                environment.configure(
                    new Configuration()
                        .set(
                            StateRecoveryOptions.SAVEPOINT_PATH,
                            copy(kept.resolve("savepoint"), folder).toString()));
                SelectionJob.build(environment, config);
              });

      Map<String, SelectionChunk> expected = new TreeMap<>();
      for (LogEntry record : read(kept.resolve("chunks.bin"))) {
        add(expected, record.value());
      }
      assertThat(expected).as("selections 2 and 3 of two shards").hasSize(4);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(published(config)).isEqualTo(expected));
      assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
      job.cancel().get();
    }
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

  /** Flink may delete what it restores from. */
  private static Path copy(Path savepoint, Path folder) {
    Path copy = folder.resolve("savepoint");
    try (Stream<Path> files = Files.list(savepoint)) {
      Files.createDirectories(copy);
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      return copy;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
