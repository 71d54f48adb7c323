package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingMetrics;
import io.sluice.TestingRun;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.Cluster;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SelectionPlan;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Losses that are no losses, and losses of samples that there are not: rejected and counted. */
class BadLossesTest {

  private static final int SAMPLES = 400;
  private static final int STRANGERS = 1000;

  private LocalKafka kafka;
  private LocalFlink flink;

  @BeforeEach
  void start() {
    kafka = LocalKafka.create();
    flink = LocalFlink.create(0, 2);
  }

  @AfterEach
  void stop() {
    flink.close();
    kafka.close();
  }

  @Test
  void nanAndInfiniteLossesAreRejectedAndAllOthersStayFinite() throws Exception {
    RunConfig config = config("bad-losses", Map.of("smoothing", "0.5"));
    JobClient job = submit(config);
    float[] strange = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      -3,
      Float.MIN_VALUE,
      0
    };
    long[] ids = LongStream.range(0, SAMPLES).toArray();
    try (SelectionClient client = join(config)) {
      for (int epoch = 0; epoch < 4; epoch++) {
        float[] losses = new float[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
          // In the next epoch the greatest follows on the least, and so on.
          losses[i] = strange[(i + epoch) % strange.length];
        }
        client.report(epoch, ids, losses, SAMPLES);
        client.endEpoch(epoch);
        assertThat(client.awaitSelection(epoch + 1, Duration.ofSeconds(60)).known())
            .isEqualTo(SAMPLES);
      }
    }

    double rejected = 4 * SAMPLES * 3.0 / strange.length;
    assertCounted("ingest.reason.non-finite-loss.rejected", rejected);
    assertCounted("difficulty-tracker.lossesApplied", 4 * SAMPLES - rejected);
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().selectionPlans())) {
      SelectionPlan plan = Json.read(record.value(), SelectionPlan.newBuilder()).build();
      assertThat(plan.getClustersList())
          .extracting(Cluster::getCenter)
          .allSatisfy(center -> assertThat(center).isFinite());
    }
    job.cancel().get();
  }

  @Test
  void lossesOfSamplesThatThereAreNotAreRejectedAndLeaveNothing() throws Exception {
    RunConfig config = config("bad-samples", Map.of());
    JobClient job = submit(config);
    try (SelectionClient client = join(config)) {
      client.awaitSelection(0, Duration.ofSeconds(60));
      long[] ids = LongStream.concat(LongStream.range(0, SAMPLES), strangers()).toArray();
      client.report(0, ids, new float[ids.length], ids.length);
      client.flush().get();
      // Nobody but a faulty client writes these; the agent's own does not.
      TestingRun.write(config, 1, batch(1, -1), batch(1, 1L << 56), batch(0, 1));
      client.endEpoch(0);

      Selection next = client.awaitSelection(1, Duration.ofSeconds(60));
      assertThat(next.known()).isEqualTo(SAMPLES);
      assertCounted("difficulty-tracker.reason.unknown-sample.rejected", STRANGERS);
      assertCounted("difficulty-tracker.lossesApplied", SAMPLES);
      assertCounted("ingest.reason.negative-index.rejected", 1);
      assertCounted("ingest.reason.index-too-large.rejected", 1);
      assertCounted("ingest.reason.wrong-shard.rejected", 1);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(TestingRun.read(config, config.topics().deadLetters()))
                      .extracting(
                          record -> Json.read(record.value(), DeadLetter.newBuilder()).getReason())
                      .contains(
                          "unknown-sample", "negative-index", "index-too-large", "wrong-shard"));
    }
    job.cancel().get();
  }

  /** One on a page of samples; the others far apart, so that each would take a page: 33 MB. */
  private static LongStream strangers() {
    return LongStream.range(0, STRANGERS).map(i -> i == 0 ? SAMPLES : i << 30);
  }

  private void assertCounted(String metric, double count) {
    TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(metrics.sum(metric)).as(metric).isEqualTo(count));
  }

  private RunConfig config(String run, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(Map.of("world-size", "1"));
    settings.putAll(more);
    return FaultFreeRun.config(kafka.bootstrapServers(), run, settings);
  }

  private JobClient submit(RunConfig config) {
    return flink.submit(
        SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
  }

  private static SelectionClient join(RunConfig config) throws InterruptedException {
    return SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)));
  }

  private static byte[] batch(int shard, long delta) {
    return LossEvent.newBuilder()
        .setVersion(1)
        .setLossBatch(
            LossBatch.newBuilder().setShard(shard).addLocalIndexDeltas(delta).addLosses(1))
        .build()
        .toByteArray();
  }
}
