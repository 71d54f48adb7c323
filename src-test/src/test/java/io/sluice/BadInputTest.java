package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong on the wire is told and counted, and the run goes on. */
class BadInputTest {

  private static final int SAMPLES = 40;

  private static LocalKafka kafka;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void deadLettersWhatItCannotUseAndGoesOn() throws Exception {
    RunConfig config =
        TestingRun.config(
            kafka, "bad-input", Map.of("policy", "seta", "prune-ratio", "0", "clusters", "1"));
    try (LocalFlink flink = LocalFlink.create(0, 2);
        LocalRun run = LocalRun.start(flink, config);
        SelectionClient client =
            SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)))) {
      assertThat(client.awaitSelection(0).selected()).isEqualTo(SAMPLES);

      TestingRun.write(
          config,
          1,
          "not protobuf at all".getBytes(StandardCharsets.UTF_8),
          LossEvent.newBuilder().setVersion(9).build().toByteArray(),
          batch(0, 3, 1f),
          batch(1, -5, 1f));
      // Kafka's limits are of compressed bytes.
      Map<String, String> generous =
          Map.of("kafka.compression.type", "gzip", "kafka.max.request.size", "4194304");
      TestingRun.write(config.with(generous, "test"), 1, new byte[Wire.MAX_RECORD_BYTES + 1]);
      long[] ids = LongStream.range(0, SAMPLES).toArray();
      float[] losses = new float[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        losses[i] = i == 7 ? Float.NaN : i;
      }
      client.report(0, ids, losses, SAMPLES);
      client.endEpoch(0);

      Selection next = client.awaitSelection(1);
      assertThat(next.known()).isEqualTo(SAMPLES);
      assertThat(next.selected()).as("all of one cluster, and sample 7 unseen").isEqualTo(SAMPLES);

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(deadLetters(config))
                      .extracting(DeadLetter::getReason)
                      .containsExactlyInAnyOrder(
                          "oversized",
                          "undecodable",
                          "unknown-version",
                          "wrong-shard",
                          "negative-index",
                          "unknown-incarnation",
                          "non-finite-loss"));
      assertMetrics(flink);
      DeadLetter undecodable =
          deadLetters(config).stream()
              .filter(letter -> letter.getReason().equals("undecodable"))
              .findFirst()
              .orElseThrow();
      assertThat(undecodable.getTopic()).isEqualTo("bad-input.loss-events");
      assertThat(undecodable.getPartition()).isEqualTo(1);
      assertThat(undecodable.getValue().toStringUtf8()).isEqualTo("not protobuf at all");
    }
  }

  /** What the Flink UI shows, summed over subtasks. */
  private static void assertMetrics(LocalFlink flink) {
    TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(metrics.sum("ingest.reason.oversized.rejected")).isEqualTo(1);
              assertThat(metrics.sum("ingest.reason.undecodable.rejected")).isEqualTo(1);
              assertThat(metrics.sum("ingest.reason.unknown-version.rejected")).isEqualTo(1);
              assertThat(metrics.sum("ingest.reason.wrong-shard.rejected")).isEqualTo(1);
              assertThat(metrics.sum("ingest.reason.negative-index.rejected")).isEqualTo(1);
              assertThat(metrics.sum("ingest.reason.non-finite-loss.rejected")).isEqualTo(1);
              assertThat(metrics.sum("difficulty-tracker.lossesApplied")).isEqualTo(SAMPLES - 1);
              assertThat(metrics.sum("recluster.epoch")).isEqualTo(1);
              assertThat(metrics.sum("recluster.samplesKnown")).isEqualTo(SAMPLES);
              assertThat(metrics.sum("recluster.samplesUnseen")).isEqualTo(1);
              assertThat(metrics.sum("recluster.windowSize")).isEqualTo(1);
              assertThat(metrics.sum("recluster.cluster.0.size")).isEqualTo(SAMPLES - 1);
              assertThat(metrics.sum("recluster.cluster.0.center")).isBetween(19.0, 20.0);
              assertThat(metrics.sum("selector.samplesSelected")).isEqualTo(SAMPLES);
              assertThat(metrics.sum("selector.samplesSelectedTotal")).isEqualTo(2 * SAMPLES);
              assertThat(metrics.sum("selector.samplesSavedTotal")).isZero();
              assertThat(metrics.sum("selector.turnaroundMillis")).isBetween(0.0, 60_000.0);
            });
  }

  @Test
  void refusesATopicWithOtherPartitions() {
    RunTopics.ensure(TestingRun.config(kafka, "partitions", Map.of()), Role.AGENT);
    RunConfig other = TestingRun.config(kafka, "partitions", Map.of("partitions", "4"));

    assertThatThrownBy(() -> RunTopics.ensure(other, Role.AGENT))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "topic partitions.loss-events has 2 partitions, but this run counts with 4; set"
                + " partitions to what the run was started with, or choose another run name");
  }

  @Test
  void saysThatABrokerIsNotThere() {
    RunConfig nowhere =
        TestingRun.config(kafka, "nowhere", Map.of("bootstrap-servers", "127.0.0.1:1"));

    assertThatThrownBy(() -> RunTopics.ensure(nowhere, Role.AGENT))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("no Kafka broker answered at 127.0.0.1:1 within");
  }

  private static List<DeadLetter> deadLetters(RunConfig config) {
    return TestingRun.read(config, config.topics().deadLetters()).stream()
        .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
        .toList();
  }

  private static byte[] batch(int shard, long delta, float loss) {
    return LossEvent.newBuilder()
        .setVersion(1)
        .setLossBatch(
            LossBatch.newBuilder()
                .setShard(shard)
                .setIncarnation(99)
                .addLocalIndexDeltas(delta)
                .addLosses(loss))
        .build()
        .toByteArray();
  }
}
