package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.sluice.TestingMetrics;
import io.sluice.TestingRun;
import io.sluice.agent.client.ControlWriter;
import io.sluice.faults.SyntheticModel.Moment;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelAverage;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three ranks' parameters on a real broker and a real cluster: what the job makes of them. */
@Timeout(300)
class AveragingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private LocalKafka kafka;
  private LocalFlink flink;
  private RunConfig config;
  private LocalJob job;
  private SyntheticModel model;

  @BeforeEach
  void start() {
    kafka = LocalKafka.create();
    flink = LocalFlink.create(0, 2, LocalJob.settings());
    config =
        TestingRun.config(
            kafka.bootstrapServers(),
            "averaging",
            Map.of("world-size", "3", "checkpoint-interval", "1h"));
    job = LocalJob.submit(flink, config);
    job.awaitRunning();
    model = new SyntheticModel(config);
  }

  @AfterEach
  void stop() throws Exception {
    model.close();
    job.cancel();
    flink.close();
    kafka.close();
  }

  @Test
  void aJobThatFailsBetweenTwoRanksPublishesTheMeanOfAll() throws Exception {
    Moment first = new Moment(0, 1, true);
    model.send(2, first);
    model.send(1, first);
    model.send(1, first); // as an agent does that has waited for long
    job.checkpointAll();
    TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
    int sent = SyntheticModel.CHUNKS;
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(metrics.sum("model-averager.updatesReceived")).isEqualTo(3 * sent);
              assertThat(metrics.sum("model-averager.updatesHeld")).isEqualTo(2 * sent);
              assertThat(metrics.sum("model-averager.bytesHeld"))
                  .isEqualTo(2.0 * 4 * (4 * Wire.CHUNK_VALUES + 1001));
              assertThat(metrics.sum("model-averager.reason.repeated-update.rejected"))
                  .isEqualTo(sent);
            });
    job.fail("model-averager");
    assertThat(averages()).isEmpty();
    model.send(0, first);
    awaitMean(3, first, "0");

    // The next is published, and published again by a job that does not know of it.
    Moment second = new Moment(1, 1, false);
    for (int rank = 0; rank < SyntheticModel.RANKS; rank++) {
      model.send(rank, second);
    }
    awaitMean(3, second, "1");
    job.fail("model-averager");
    awaitRecords(4 * sent);
    awaitMean(3, first, "0");
    awaitMean(3, second, "1");

    // Two of three are enough where the third is removed.
    Moment third = new Moment(1, 2, true);
    model.send(0, third);
    model.send(1, third);
    try (ControlWriter operator = new ControlWriter(config)) {
      operator.setMembers(2, 1);
    }
    awaitMean(2, third, "0");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(metrics.sum("model-averager.updatesHeld")).isZero();
              assertThat(metrics.sum("model-averager.bytesHeld")).isZero();
              assertThat(metrics.sum("model-averager.averagesPublished"))
                  .as("since the second failure")
                  .isEqualTo(3 * sent);
            });
    assertThat(letters()).isEmpty();
    assertThat(job.rest().restores(job.id())).isEqualTo(2);
  }

  @Test
  void whatCannotBeAveragedIsCountedAndDeadLetteredByItsReason() throws Exception {
    Moment first = new Moment(3, 1, true);
    for (int rank = 0; rank < SyntheticModel.RANKS; rank++) {
      model.send(rank, first);
    }
    awaitMean(3, first, "0");
    Moment next = new Moment(4, 1, true);
    model.send(0, SyntheticModel.event(event(next, 0)));

    Map<String, Integer> atIngest = new TreeMap<>();
    refused("oversized", atIngest, new byte[Wire.MAX_RECORD_BYTES + 1]);
    refused("undecodable", atIngest, "garbage".getBytes(StandardCharsets.UTF_8));
    refused("unknown-version", atIngest, new byte[] {8, 2});
    refused("no-event", atIngest, new byte[] {8, 1});
    refused("bad-epoch", atIngest, event(next, 1).setEpoch(-1));
    refused("bad-step", atIngest, event(next, 1).setStep(0));
    refused("bad-rank", atIngest, event(next, 1).setRank(3));
    refused("bad-chunk", atIngest, event(next, 1).setChunk(1));
    refused("bad-samples", atIngest, event(next, 1).setSamples(-1));
    ByteString nan = ByteString.copyFrom(new byte[] {0, 0, (byte) 0xC0, 0x7F});
    refused("non-finite-model", atIngest, event(next, 1).setChunk(4).setValues(nan));

    Map<String, Integer> atAverager = new TreeMap<>();
    refused("fenced", atAverager, event(next, 1).setIncarnation(9));
    refused("late-update", atAverager, event(new Moment(2, 1, true), 1));
    refused("repeated-update", atAverager, event(first, 1));
    refused("wrong-model", atAverager, event(next, 1).setModel(1));
    refused("wrong-world", atAverager, event(next, 1).setWorldSize(4));
    refused("repeated-membership", atAverager, members(5, 9, 2), members(5, 9, 2));
    refused("old-generation", atAverager, members(4, 10, 2));
    refused("not-a-member", atAverager, event(new Moment(9, 1, true), 2));

    TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(counted("model-ingest", atIngest, metrics)).isEqualTo(atIngest);
              assertThat(counted("model-averager", atAverager, metrics)).isEqualTo(atAverager);
            });
    List<String> expected = new ArrayList<>(atIngest.keySet());
    expected.addAll(atAverager.keySet());
    expected.removeIf(reason -> reason.startsWith("repeated-"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(letters())
                    .extracting(DeadLetter::getReason, DeadLetter::getTopic)
                    .containsExactlyInAnyOrderElementsOf(
                        expected.stream()
                            .map(reason -> tuple(reason, "averaging.model-updates"))
                            .toList()));
    // The job has gone on: rank 1 counts as unusable in the last chunk, and the others are heard.
    for (int rank = 0; rank < SyntheticModel.RANKS; rank++) {
      model.send(rank, next);
    }
    awaitRecords(2 * SyntheticModel.CHUNKS);
    ModelAverage last = averages().get("4-1");
    assertThat(last.getEpoch()).isEqualTo(4);
    assertThat(last.getLeftOutList()).containsExactly(1);
    assertThat(last.getRanks()).isEqualTo(2);
    assertThat(job.rest().restores(job.id())).isZero();
  }

  private static ModelUpdate.Builder event(Moment moment, int rank) {
    return SyntheticModel.update(rank, moment, 0);
  }

  private static byte[] members(long generation, int fromEpoch, int worldSize) {
    Membership.Builder members =
        Membership.newBuilder()
            .setGeneration(generation)
            .setFromEpoch(fromEpoch)
            .setWorldSize(worldSize);
    return ModelEvent.newBuilder().setVersion(1).setMembership(members).build().toByteArray();
  }

  private void refused(String reason, Map<String, Integer> expected, ModelUpdate.Builder update)
      throws Exception {
    refused(reason, expected, SyntheticModel.event(update));
  }

  /** Writes records to partition 0, the last of which is refused. */
  private void refused(String reason, Map<String, Integer> expected, byte[]... records)
      throws Exception {
    for (byte[] record : records) {
      model.send(0, record);
    }
    expected.merge(reason, 1, Integer::sum);
  }

  private static Map<String, Integer> counted(
      String operator, Map<String, Integer> reasons, TestingMetrics metrics) {
    Map<String, Integer> counted = new TreeMap<>();
    for (String reason : reasons.keySet()) {
      counted.put(reason, (int) metrics.sum(operator + ".reason." + reason + ".rejected"));
    }
    return counted;
  }

  /** Waits until every chunk's mean is there, and holds its bytes against the mean itself. */
  private void awaitMean(int ranks, Moment moment, String slot) throws Exception {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Map<String, ModelAverage> averages = averages();
              for (int chunk = 0; chunk < SyntheticModel.CHUNKS; chunk++) {
                ModelAverage average = averages.get(chunk + "-" + slot);
                assertThat(average).as("chunk %d of %s", chunk, moment).isNotNull();
                assertThat(average.getEpoch()).isEqualTo(moment.epoch());
                assertThat(average.getStep()).isEqualTo(moment.step());
                assertThat(average.getEndsEpoch()).isEqualTo(moment.endsEpoch());
                assertThat(average.getChunks()).isEqualTo(SyntheticModel.CHUNKS);
                assertThat(average.getModel()).isEqualTo(SyntheticModel.FINGERPRINT);
                assertThat(average.getRanks()).isEqualTo(ranks);
                assertThat(average.getLeftOutList()).isEmpty();
                assertThat(average.getValues().equals(mean(ranks, moment, chunk)))
                    .as("mean of chunk %d of %s", chunk, moment)
                    .isTrue();
              }
            });
  }

  private static ByteString mean(int ranks, Moment moment, int chunk) {
    return SyntheticModel.mean(ranks, moment, chunk);
  }

  private void awaitRecords(int count) {
    await().atMost(PATIENCE).until(() -> records().size() == count);
  }

  /** The newest of each key. Of two with one key and sync, the bytes are the same. */
  private Map<String, ModelAverage> averages() throws Exception {
    Map<String, ModelAverage> averages = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records()) {
      ModelAverage average = ModelAverage.parseFrom(record.value());
      String key = new String(record.key(), StandardCharsets.UTF_8);
      assertThat(record.partition()).isEqualTo(average.getChunk() % 2);
      ModelAverage before = averages.put(key, average);
      if (before != null
          && before.getEpoch() == average.getEpoch()
          && before.getStep() == average.getStep()) {
        assertThat(average.equals(before)).as("the same bytes again, %s", key).isTrue();
      }
    }
    return averages;
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    return TestingRun.read(config, config.topics().modelAverages());
  }

  private List<DeadLetter> letters() {
    return TestingRun.read(config, config.topics().deadLetters()).stream()
        .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
        .toList();
  }
}
