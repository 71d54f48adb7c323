package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingMetrics;
import io.sluice.TestingRun;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Whatever stands in the log, the job goes on, and tells of each record that it cannot use. */
class BadRecordsTest {

  private static final int RANDOM_RECORDS = 100_000;

  @Test
  void everyRecordThatMakesNoSenseIsDeadLetteredAndNothingElseHappens() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "bad-records", Map.of());
      JobClient job =
          flink.submit(
              SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
      List<byte[]> bad = badRecords();
      Set<String> written = new TreeSet<>();
      // So that no agent is incarnation 0, which a record says that has lost the field.
      TestingRun.write(config, 0, new byte[1]);
      written.add("0 0");
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);
        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.awaitAcknowledged();
        long before = records(config, 1);
        TestingRun.write(config, 1, bad.toArray(byte[][]::new));
        LongStream.range(before, before + bad.size()).forEach(offset -> written.add("1 " + offset));
        trainers.report(0.5, 1);
        trainers.end();
        trainers.train(2);
        trainers.begin(3);
      }

      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(missing(written, deadLettered(config)))
                      .as("records without a dead letter")
                      .isEmpty());
      TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(metrics.sum("difficulty-tracker.lossesApplied"))
                      .as("counted since the start, so there was no restart")
                      .isGreaterThan(2.0 * SyntheticTrainer.SAMPLES / 2));
      Selections.of(config).assertSameAs(FaultFreeRun.selections(3));
      job.cancel().get();
    }
  }

  /**
   * Random bytes, and records of agents that never joined: cut off, with a bit flipped, of later
   * versions.
   */
  private static List<byte[]> badRecords() {
    SplittableRandom random = new SplittableRandom(20);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < RANDOM_RECORDS; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      records.add(bytes);
    }
    for (LossEvent event : strangers()) {
      byte[] bytes = event.toByteArray();
      IntStream.range(0, bytes.length).forEach(end -> records.add(Arrays.copyOf(bytes, end)));
      for (int bit = 0; bit < 8 * bytes.length; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        records.add(flipped);
      }
      records.add(event.toBuilder().setVersion(2).build().toByteArray());
    }
    return records;
  }

  private static List<LossEvent> strangers() {
    LossBatch batch =
        LossBatch.newBuilder()
            .setShard(1)
            .setEpoch(1)
            .setRank(1)
            .setIncarnation(1L << 40)
            .addLocalIndexDeltas(3)
            .addLosses(99)
            .build();
    EpochEnd end =
        EpochEnd.newBuilder()
            .setShard(1)
            .setEpoch(1)
            .setRank(1)
            .setWorldSize(2)
            .setIncarnation(1L << 40)
            .build();
    Join join = Join.newBuilder().setRank(5).setWorldSize(9).setEpoch(1).setShards(8).build();
    return List.of(
        LossEvent.newBuilder().setVersion(1).setLossBatch(batch).build(),
        LossEvent.newBuilder().setVersion(1).setEpochEnd(end).build(),
        LossEvent.newBuilder().setVersion(1).setJoin(join).build());
  }

  private static long records(RunConfig config, int partition) {
    return TestingRun.read(config, config.topics().lossEvents()).stream()
        .filter(record -> record.partition() == partition)
        .count();
  }

  /** Partition and offset of every record that a dead letter speaks of. */
  private static Set<String> deadLettered(RunConfig config) {
    Set<String> positions = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().deadLetters())) {
      DeadLetter letter = Json.read(record.value(), DeadLetter.newBuilder()).build();
      assertThat(letter.getReason()).isNotEmpty();
      assertThat(letter.getDetail()).isNotEmpty();
      positions.add(letter.getPartition() + " " + letter.getOffset());
    }
    return positions;
  }

  private static Set<String> missing(Set<String> written, Set<String> found) {
    Set<String> missing = new TreeSet<>(written);
    missing.removeAll(found);
    return missing;
  }
}
