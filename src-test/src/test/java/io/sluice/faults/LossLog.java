package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.TestingRun;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** What agents have written, and how far the job has come in it. */
final class LossLog {

  private record Stream(int rank, long incarnation, int shard) {}

  private record Batch(Stream stream, long sequence) {}

  private record Slot(Stream stream, int epoch) {}

  private LossLog() {}

  /**
   * Every loss that was reported stands in the log, every epoch end counts what was written before
   * it, and the job has refused nothing. Together with a selection that has come, for which the
   * job's counts had to agree with the ends', that means: all of them were applied.
   */
  static void assertAllApplied(RunConfig config, long reported) {
    Set<Batch> batches = new HashSet<>();
    Map<Slot, Long> losses = new HashMap<>();
    for (LossEvent event : events(config)) {
      if (event.hasLossBatch()) {
        LossBatch batch = event.getLossBatch();
        Stream stream = new Stream(batch.getRank(), batch.getIncarnation(), batch.getShard());
        if (batches.add(new Batch(stream, batch.getSequence()))) {
          losses.merge(
              new Slot(stream, batch.getEpoch()), (long) batch.getLossesCount(), Long::sum);
        }
      } else if (event.hasEpochEnd()) {
        EpochEnd end = event.getEpochEnd();
        Stream stream = new Stream(end.getRank(), end.getIncarnation(), end.getShard());
        assertThat(losses.getOrDefault(new Slot(stream, end.getEpoch()), 0L))
            .as("losses of epoch %d before its end, %s", end.getEpoch(), stream)
            .isEqualTo(end.getLosses());
      }
    }
    assertThat(losses.values().stream().mapToLong(Long::longValue).sum())
        .as("losses in the log")
        .isEqualTo(reported);
    assertThat(TestingRun.read(config, config.topics().deadLetters())).as("dead letters").isEmpty();
  }

  /** Number of epoch ends of a rank that are in the log. */
  static long ends(RunConfig config, int rank, int epoch) {
    return events(config).stream()
        .filter(LossEvent::hasEpochEnd)
        .map(LossEvent::getEpochEnd)
        .filter(end -> end.getRank() == rank && end.getEpoch() == epoch)
        .count();
  }

  /** Number of loss batches of a rank that are in the log. */
  static long batches(RunConfig config, int rank, int epoch) {
    return events(config).stream()
        .filter(LossEvent::hasLossBatch)
        .map(LossEvent::getLossBatch)
        .filter(batch -> batch.getRank() == rank && batch.getEpoch() == epoch)
        .count();
  }

  /** Waits until the job has read all that agents have written; a checkpoint then covers it. */
  static void awaitRead(RunConfig config, FlinkRest rest, JobID job) {
    Map<TopicPartition, Long> ends = new HashMap<>(ends(config, config.topics().lossEvents()));
    if (config.averages()) {
      ends.putAll(ends(config, config.topics().modelUpdates()));
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                ends.entrySet().stream()
                    .allMatch(end -> rest.offsetRead(job, end.getKey()) >= end.getValue() - 1));
  }

  private static Map<TopicPartition, Long> ends(RunConfig config, String topic) {
    Map<TopicPartition, OffsetSpec> latest =
        IntStream.range(0, config.sharding().partitions())
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      return admin
          .listOffsets(latest)
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join()
          .entrySet()
          .stream()
          .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }
  }

  private static List<LossEvent> events(RunConfig config) {
    return TestingRun.read(config, config.topics().lossEvents()).stream()
        .map(
            record -> {
              try {
                return LossEvent.parseFrom(record.value());
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }
}
