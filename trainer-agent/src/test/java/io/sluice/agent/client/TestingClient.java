package io.sluice.agent.client;

import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SamplesAdded;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;

/** A client whose broker is played by Kafka's own mocks. */
abstract class TestingClient {

  static final List<IdRange> NONE = List.of();

  final MockConsumer<Void, byte[]> consumer = new MockConsumer<>("earliest");

  /** Chunks that are there before anybody joins. */
  long published;

  SelectionClient join(
      RunConfig config, TestingProducer producer, int firstEpoch, List<IdRange> samples)
      throws InterruptedException {
    return join(config, producer, firstEpoch, samples, null);
  }

  SelectionClient join(
      RunConfig config,
      TestingProducer producer,
      int firstEpoch,
      List<IdRange> samples,
      Labels labels)
      throws InterruptedException {
    IntStream.range(0, config.sharding().partitions())
        .forEach(
            p ->
                consumer.updateBeginningOffsets(
                    Map.of(new TopicPartition("demo.selected-samples", p), 0L)));
    consumer.updateEndOffsets(
        IntStream.range(0, config.sharding().partitions())
            .boxed()
            .collect(
                Collectors.toMap(
                    p -> new TopicPartition("demo.selected-samples", p), p -> published)));
    RefusalWatch refusals = new RefusalWatch(config, TestingKafka.letters(), task -> {});
    return SelectionClient.join(config, firstEpoch, samples, labels, producer, consumer, refusals);
  }

  static LossEvent.Builder event() {
    return LossEvent.newBuilder().setVersion(1);
  }

  static SamplesAdded added(int shard, int fromEpoch, long datasetSize, IndexRange... ranges) {
    return SamplesAdded.newBuilder()
        .setShard(shard)
        .setFromEpoch(fromEpoch)
        .setDatasetSize(datasetSize)
        .addAllRanges(List.of(ranges))
        .build();
  }

  static IndexRange range(long first, long count) {
    return IndexRange.newBuilder().setFirst(first).setCount(count).build();
  }

  static EpochEnd end(int shard, int epoch, int rank, int worldSize) {
    return EpochEnd.newBuilder()
        .setShard(shard)
        .setEpoch(epoch)
        .setRank(rank)
        .setWorldSize(worldSize)
        .build();
  }
}
