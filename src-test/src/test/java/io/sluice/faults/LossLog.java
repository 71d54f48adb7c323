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
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionTimeoutException;

/** What agents have written, and how far the job's checkpoints have come in it. */
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

  /**
   * Takes checkpoints until one covers all that is in the log.
   *
   * @param checkpoint takes one
   */
  static void awaitCheckpointed(RunConfig config, Callable<?> checkpoint) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              checkpoint.call();
              return isCheckpointedSoon(config);
            });
  }

  /** A commit takes longer than a checkpoint, and the next checkpoint would disturb it. */
  private static boolean isCheckpointedSoon(RunConfig config) {
    try {
      await()
          .atMost(Duration.ofSeconds(3))
          .pollDelay(Duration.ZERO)
          .until(() -> isCheckpointed(config));
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  /**
   * Whether a checkpoint of the job covers all that is in the log: when one is complete, the job
   * tells Kafka the offsets that are in it.
   */
  private static boolean isCheckpointed(RunConfig config) {
    String topic = config.topics().lossEvents();
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      String group = config.topics().run() + ".sluice";
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      Map<TopicPartition, OffsetSpec> ends =
          IntStream.range(0, config.sharding().partitions())
              .mapToObj(partition -> new TopicPartition(topic, partition))
              .collect(Collectors.toMap(partition -> partition, p -> OffsetSpec.latest()));
      return admin
          .listOffsets(ends)
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join()
          .entrySet()
          .stream()
          .allMatch(
              end ->
                  committed.get(end.getKey()) != null
                      && committed.get(end.getKey()).offset() == end.getValue().offset());
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
