package io.sluice.agent.client;

import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.ModelAverage;
import io.sluice.protocol.wire.ModelUpdate;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A log of one shard for a real {@link SelectionClient}, in memory. */
public final class TestingKafka {

  private final TestingProducer producer = new TestingProducer(1, true);
  private final MockConsumer<Void, byte[]> consumer = new MockConsumer<>("earliest");
  private final MockConsumer<Void, byte[]> averages = new MockConsumer<>("earliest");
  private long offset;
  private long averageOffset;

  /** Settings of a run with one shard. */
  public static RunConfig config(String... more) {
    return TestingRun.config(1, 1, more);
  }

  public SelectionClient join(RunConfig config, int firstEpoch) throws InterruptedException {
    consumer.updateBeginningOffsets(Map.of(new TopicPartition("demo.selected-samples", 0), 0L));
    consumer.updateEndOffsets(Map.of(new TopicPartition("demo.selected-samples", 0), 0L));
    return SelectionClient.join(
        config,
        firstEpoch,
        List.of(),
        null,
        producer,
        consumer,
        new RefusalWatch(config, letters(), task -> {}));
  }

  /** A client of averages that were {@link #publishAverage published} before. */
  public ModelClient models(RunConfig config, SharedModel model) {
    TopicPartition topic = new TopicPartition("demo.model-averages", 0);
    averages.updateBeginningOffsets(Map.of(topic, 0L));
    averages.updateEndOffsets(Map.of(topic, averageOffset));
    return new ModelClient(
        config, model, () -> producer, averages, () -> {}, System::nanoTime, new TestingLogger());
  }

  /** Publishes an average of one chunk. */
  public void publishAverage(
      SharedModel model, SyncPoint sync, int ranks, List<Integer> leftOut, float... values) {
    ModelAverage average =
        ModelAverage.newBuilder()
            .setVersion(Wire.VERSION)
            .setEpoch(sync.epoch())
            .setStep(sync.step())
            .setEndsEpoch(sync.endsEpoch())
            .setChunks(1)
            .setModel(model.fingerprint())
            .setRanks(ranks)
            .addAllLeftOut(leftOut)
            .setValues(TestingAverages.bytes(values))
            .build();
    ConsumerRecord<Void, byte[]> record =
        new ConsumerRecord<>(
            "demo.model-averages", 0, averageOffset++, null, average.toByteArray());
    averages.schedulePollTask(() -> averages.addRecord(record));
  }

  /** All parameters that were written, in order. */
  public List<ModelUpdate> updates() {
    return producer.updates();
  }

  /** The dead letters, of which there are none. */
  static MockConsumer<Void, byte[]> letters() {
    MockConsumer<Void, byte[]> letters = new MockConsumer<>("latest");
    letters.updateEndOffsets(Map.of(new TopicPartition("demo.dead-letters", 0), 0L));
    return letters;
  }

  /** Publishes a selection of the samples 0 to {@code count} - 1. */
  public void publish(int epoch, int count) {
    publish(epoch, count, 0);
  }

  /** Publishes one that so many ranks share. */
  public void publish(int epoch, int count, int worldSize) {
    SelectionChunk.Builder chunk = TestingRun.emptyChunk(epoch, 0, 1).setWorldSize(worldSize);
    if (count > 0) {
      int[] indices = new int[count];
      Arrays.setAll(indices, i -> i);
      chunk.addSamples(TestingRun.samples(1, indices));
    }
    ConsumerRecord<Void, byte[]> record =
        TestingRun.record(0, offset++, chunk.setKnown(count).build());
    // One a poll: what the double has handed out, it does not hand out again.
    consumer.schedulePollTask(() -> consumer.addRecord(record));
  }

  /** All that was written after joining, in order. */
  public List<LossEvent> events() {
    return producer.events(0).stream()
        .filter(event -> !event.hasJoin())
        .filter(event -> !event.hasEpochEnd() || event.getEpochEnd().getEpoch() >= 0)
        .toList();
  }

  /** Whoever writes has to wait from now on. */
  public void fill() {
    producer.fill();
  }

  public void awaitWaitingWriter() throws InterruptedException {
    producer.awaitWaitingSender();
  }

  public void empty() {
    producer.empty();
  }

  /** Takes no record any more. */
  public void fail(String message) {
    producer.sendException = new KafkaException(message);
  }
}
