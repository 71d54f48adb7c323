package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.Slice;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SelectionChunk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Job and agents stop and start again; the selections come out as if nothing had happened. */
class ResumeTest {

  private static final int SAMPLES = 500;

  private static LocalKafka kafka;
  private static LocalFlink flink;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
    flink = LocalFlink.create(0, 3);
  }

  @AfterAll
  static void stop() {
    flink.close();
    kafka.close();
  }

  @Test
  void goesOnFromASavepointAtAnotherParallelismWithTheSameBytes(@TempDir Path folder)
      throws Exception {
    RunConfig stopped = config("stopped");
    JobClient first = submit(stopped, null);
    try (SelectionClient client = join(stopped)) {
      train(client, 0);
      // Stop in the middle of epoch 1, go on with three subtasks instead of two.
      Slice slice = client.awaitSelection(1).slice(0);
      report(client, slice, 1, 0, 200);
      String savepoint =
          first.stopWithSavepoint(false, folder.toString(), SavepointFormatType.CANONICAL).get();
      RunConfig wider = stopped.with(Map.of("parallelism", "3"), "test");
      JobClient second = submit(wider, savepoint);
      report(client, slice, 1, 200, SAMPLES);
      client.endEpoch(1);
      client.awaitSelection(2, Duration.ofSeconds(60));
      second.cancel().get();
    }

    assertThat(chunks(stopped)).as("epochs 0 to 2 of 8 shards").hasSize(3 * 8);
    assertThat(chunks(stopped))
        .usingRecursiveComparison()
        .isEqualTo(chunksOfAnUninterruptedRun("unstopped"));
  }

  @Test
  void letsARestartedAgentTakeOverAndFencesTheOldOneOff() throws Exception {
    RunConfig config = config("takeover");
    JobClient job = submit(config, null);
    SelectionClient zombie = join(config);
    train(zombie, 0);
    zombie.awaitSelection(1);

    try (SelectionClient client = SelectionClient.join(config, 1, List.of())) {
      // The old incarnation reports nonsense for what the new one is about to train.
      Slice slice = client.awaitSelection(1).slice(0);
      zombie.report(1, slice.ids(), new float[slice.size()], slice.size());
      zombie.endEpoch(1);
      zombie.close();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(shardsWhoseEndWasFencedOff(config)).hasSize(8));
      assertThat(selectionTwoIsThere(config)).isFalse();

      report(client, slice, 1, 0, SAMPLES);
      client.endEpoch(1);
      assertThat(client.awaitSelection(2, Duration.ofSeconds(60)).known()).isEqualTo(SAMPLES);
    }
    job.cancel().get();
    List<DeadLetter> letters = deadLetters(config);
    assertThat(letters).allMatch(letter -> letter.getReason().equals("fenced"));
    Set<Integer> shardsOfLosses = new TreeSet<>();
    for (LossEvent event : refused(config, letters)) {
      if (event.hasLossBatch()) {
        shardsOfLosses.add(event.getLossBatch().getShard());
      }
    }
    assertThat(shardsOfLosses).as("where the old incarnation's losses were refused").hasSize(8);
    assertThat(chunks(config))
        .usingRecursiveComparison()
        .isEqualTo(chunksOfAnUninterruptedRun("no-takeover"));
  }

  private static Map<String, byte[]> chunksOfAnUninterruptedRun(String name) throws Exception {
    RunConfig config = config(name);
    JobClient job = submit(config, null);
    try (SelectionClient client = join(config)) {
      train(client, 0);
      train(client, 1);
      client.awaitSelection(2);
    }
    job.cancel().get();
    return chunks(config);
  }

  private static Set<Integer> shardsWhoseEndWasFencedOff(RunConfig config) throws Exception {
    Set<Integer> shards = new TreeSet<>();
    for (LossEvent event : refused(config, deadLetters(config))) {
      if (event.hasEpochEnd()) {
        assertThat(event.getEpochEnd().getEpoch()).isEqualTo(1);
        shards.add(event.getEpochEnd().getShard());
      }
    }
    return shards;
  }

  /** The records of the log that dead letters are about. */
  private static List<LossEvent> refused(RunConfig config, List<DeadLetter> letters)
      throws Exception {
    List<LossEvent> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().lossEvents())) {
      if (letters.stream()
          .anyMatch(
              letter ->
                  letter.getPartition() == record.partition()
                      && letter.getOffset() == record.offset())) {
        events.add(LossEvent.parseFrom(record.value()));
      }
    }
    return events;
  }

  private static List<DeadLetter> deadLetters(RunConfig config) {
    return TestingRun.read(config, config.topics().deadLetters()).stream()
        .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
        .toList();
  }

  private static RunConfig config(String run) {
    return TestingRun.config(
        kafka, run, Map.of("epochs", "10", "clusters", "4", "window-scale", "0.5"));
  }

  private static JobClient submit(RunConfig config, String savepoint) {
    return flink.submit(
        SelectionJob.jobName(config),
        env -> {
          if (savepoint != null) {
            env.configure(new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
          }
          SelectionJob.build(env, config);
        });
  }

  private static SelectionClient join(RunConfig config) throws InterruptedException {
    return SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)));
  }

  /** Trains a whole epoch, as far as the protocol can tell. */
  private static void train(SelectionClient client, int epoch) throws InterruptedException {
    report(client, client.awaitSelection(epoch).slice(0), epoch, 0, SAMPLES);
    client.endEpoch(epoch);
  }

  /** Reports a made-up loss for each sample of the slice whose id lies in a range. */
  private static void report(
      SelectionClient client, Slice slice, int epoch, long fromId, long toId) {
    for (long id : slice.ids()) {
      if (id >= fromId && id < toId) {
        float loss = (1 + id % 97) * 0.37f / (epoch + 1);
        client.report(epoch, new long[] {id}, new float[] {loss}, 1);
      }
    }
  }

  private static boolean selectionTwoIsThere(RunConfig config) throws Exception {
    return chunks(config).keySet().stream().anyMatch(key -> key.startsWith("2 "));
  }

  /** Bytes of all selection chunks by epoch and shard. */
  private static Map<String, byte[]> chunks(RunConfig config) throws Exception {
    Map<String, byte[]> chunks = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().selectedSamples())) {
      SelectionChunk chunk = SelectionChunk.parseFrom(record.value());
      chunks.put(chunk.getEpoch() + " " + chunk.getShard(), record.value());
    }
    return chunks;
  }
}
