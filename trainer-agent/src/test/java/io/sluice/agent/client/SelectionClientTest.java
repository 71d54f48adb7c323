package io.sluice.agent.client;

import static io.sluice.agent.client.TestingRun.chunk;
import static io.sluice.agent.client.TestingRun.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SelectionClientTest extends TestingClient {

  @Test
  void anEpochEndFollowsItsLossesAndCountsThem() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(2, 1), producer, 0, NONE)) {
      client.report(0, new long[] {9, 3, 4, 77}, new float[] {1f, 2f, 3f, 77f}, 3);
      client.endEpoch(0);
      client.addSamples(List.of(new IdRange(10, 1)), 2);
      client.report(1, new long[] {9}, new float[] {4f}, 1);
      client.endEpoch(1);

      assertThat(client.metrics().lossesReported()).isEqualTo(4);
      assertThat(client.metrics().lossesSent()).isEqualTo(4);
      assertThat(client.lossesDropped()).isZero();
      assertThat(client.metrics().bytesSent())
          .isEqualTo(
              producer.history().stream().mapToInt(r -> r.value().getSerializedSize()).sum());
    }

    assertThat(producer.events(0).subList(3, 11))
        .containsExactly(
            event().setLossBatch(batch(0, 0, 0).addLocalIndexDeltas(2).addLosses(3f)).build(),
            event()
                .setLossBatch(
                    batch(1, 0, 0)
                        .addLocalIndexDeltas(1)
                        .addLocalIndexDeltas(3)
                        .addLosses(2f)
                        .addLosses(1f))
                .build(),
            event().setEpochEnd(end(0, 0, 0, 1).toBuilder().setLosses(1)).build(),
            event().setEpochEnd(end(1, 0, 0, 1).toBuilder().setLosses(2)).build(),
            event().setSamplesAdded(added(0, 2, 11, range(5, 1))).build(),
            event().setLossBatch(batch(1, 1, 1).addLocalIndexDeltas(4).addLosses(4f)).build(),
            event().setEpochEnd(end(0, 1, 0, 1)).build(),
            event().setEpochEnd(end(1, 1, 0, 1).toBuilder().setLosses(1)).build());
  }

  @Test
  void lossesBeyondTheBufferAreDroppedAndCounted() throws Exception {
    TestingProducer producer = new TestingProducer(1, false);
    SelectionClient client =
        join(TestingRun.config(2, 1, "loss-buffer", "1024"), producer, 0, NONE);
    long[] ids = LongStream.range(0, 1000).toArray();

    client.report(0, ids, new float[1000], 1000);
    client.report(0, ids, new float[1000], 1000);
    assertThat(client.lossesDropped()).isEqualTo(976);
    client.endEpoch(0);
    client.report(1, ids, new float[1000], 1000);
    client.endEpoch(1);
    client.close();

    assertThat(client.metrics())
        .extracting(
            ClientMetrics::lossesReported, ClientMetrics::lossesSent, ClientMetrics::lossesDropped)
        .containsExactly(3000L, 2024L, 976L);
    long counted =
        producer.events(0).stream()
            .filter(LossEvent::hasEpochEnd)
            .mapToLong(e -> e.getEpochEnd().getLosses())
            .sum();
    assertThat(counted).isEqualTo(2024);
  }

  @Test
  void lossesReportedAfterACloseCountForTheNextEpoch() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(1, 1), producer, 0, NONE)) {
      producer.fill();
      client.report(0, new long[] {5}, new float[] {1f}, 1);
      CompletableFuture<Void> closed = client.closeEpoch(0);
      producer.awaitWaitingSender();
      // A batch in full, and one loss more.
      client.report(1, LongStream.range(0, 1025).toArray(), new float[1025], 1025);
      assertThat(closed).as("Kafka has not taken the end").isNotDone();
      producer.empty();
      closed.get();
      client.endEpoch(1);

      assertThat(client.metrics().lossesSent()).isEqualTo(1026);
      assertThat(client.lossesDropped()).isZero();
    }
    assertThat(producer.events(0).subList(2, 4))
        .containsExactly(
            event().setLossBatch(batch(0, 0, 0).addLocalIndexDeltas(5).addLosses(1f)).build(),
            event().setEpochEnd(end(0, 0, 0, 1).toBuilder().setLosses(1)).build());
    assertThat(producer.events(0).subList(4, 6))
        .extracting(e -> e.getLossBatch().getEpoch(), e -> e.getLossBatch().getLossesCount())
        .containsExactly(tuple(1, 1024), tuple(1, 1));
    assertThat(producer.events(0).subList(6, 7))
        .containsExactly(event().setEpochEnd(end(0, 1, 0, 1).toBuilder().setLosses(1025)).build());
    assertThat(producer.events(0)).hasSize(7);
  }

  @Test
  void everyLossCountsForTheEpochThatWasOpenWhenItWasReported() throws Exception {
    int shards = 3;
    int epochs = 40;
    int perThread = 20_000;
    TestingProducer producer = new TestingProducer(1, true);
    AtomicInteger open = new AtomicInteger();
    List<Map<Integer, Long>> accepted = new ArrayList<>();
    try (SelectionClient client = join(TestingRun.config(shards, 1), producer, 0, NONE)) {
      List<CompletableFuture<Map<Integer, Long>>> reporters = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        int first = thread * perThread;
        reporters.add(
            CompletableFuture.supplyAsync(() -> reportOneByOne(client, first, perThread, open)));
      }
      List<CompletableFuture<Void>> closes = new ArrayList<>();
      for (int epoch = 0; epoch < epochs; epoch++) {
        while (client.metrics().lossesReported() < 1000L * (epoch + 1)) {
          Thread.onSpinWait();
        }
        closes.add(client.closeEpoch(epoch));
        open.set(epoch + 1);
      }
      for (CompletableFuture<Map<Integer, Long>> reporter : reporters) {
        accepted.add(reporter.get());
      }
      client.endEpoch(epochs);
      assertThat(closes).allMatch(CompletableFuture::isDone);
      assertThat(client.metrics().lossesSent()).isEqualTo(3L * perThread);
      assertThat(client.lossesDropped()).isZero();
    }

    Map<Long, Integer> epochOfId = new HashMap<>();
    long[] arrived = new long[shards];
    long[] ofEpoch = new long[epochs + 1];
    int[] nextEnd = new int[shards];
    for (LossEvent event : producer.events(0)) {
      if (event.hasLossBatch()) {
        LossBatch losses = event.getLossBatch();
        assertThat(losses.getEpoch()).isEqualTo(nextEnd[losses.getShard()]);
        arrived[losses.getShard()] += losses.getLossesCount();
        long index = 0;
        for (long delta : losses.getLocalIndexDeltasList()) {
          index += delta;
          assertThat(epochOfId.put(index * shards + losses.getShard(), losses.getEpoch())).isNull();
        }
      } else if (event.hasEpochEnd() && event.getEpochEnd().getEpoch() >= 0) {
        EpochEnd end = event.getEpochEnd();
        assertThat(end.getEpoch()).isEqualTo(nextEnd[end.getShard()]++);
        assertThat(end.getLosses()).isEqualTo(arrived[end.getShard()]);
        ofEpoch[end.getEpoch()] += arrived[end.getShard()];
        arrived[end.getShard()] = 0;
      }
    }
    assertThat(epochOfId).hasSize(3 * perThread);
    for (int epoch = 0; epoch <= epochs; epoch++) {
      int number = epoch;
      assertThat(ofEpoch[epoch])
          .as("epoch %d", epoch)
          .isEqualTo(accepted.stream().mapToLong(map -> map.getOrDefault(number, 0L)).sum());
    }
  }

  /** Returns how many losses were taken, by epoch. */
  private static Map<Integer, Long> reportOneByOne(
      SelectionClient client, int firstId, int count, AtomicInteger open) {
    Map<Integer, Long> taken = new HashMap<>();
    int id = firstId;
    while (id < firstId + count) {
      int epoch = open.get();
      try {
        client.report(epoch, new long[] {id}, new float[1], 1);
      } catch (IllegalArgumentException e) {
        continue; // closed meanwhile
      }
      taken.merge(epoch, 1L, Long::sum);
      id++;
    }
    return taken;
  }

  @Test
  void flushingSendsWhatWaitsForABatchAndEndsNothing() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(1, 1), producer, 0, NONE)) {
      client.report(0, new long[] {5}, new float[] {1f}, 1);
      client.flush().get();
      assertThat(client.metrics().lossesSent()).isOne();
      client.report(0, new long[] {6}, new float[] {2f}, 1);
      client.endEpoch(0);
    }
    assertThat(producer.events(0).subList(2, 5))
        .containsExactly(
            event().setLossBatch(batch(0, 0, 0).addLocalIndexDeltas(5).addLosses(1f)).build(),
            event().setLossBatch(batch(0, 0, 1).addLocalIndexDeltas(6).addLosses(2f)).build(),
            event().setEpochEnd(end(0, 0, 0, 1).toBuilder().setLosses(2)).build());
  }

  @Test
  void awaitsSelections() throws Exception {
    try (SelectionClient client =
        join(TestingRun.config(2, 1), new TestingProducer(1, true), 0, NONE)) {
      assertThatThrownBy(() -> client.awaitSelection(0, Duration.ZERO))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      consumer.addRecord(record(0, 0, chunk(0, 0, 2, 1).setKnown(4).build()));
      consumer.addRecord(record(0, 1, chunk(0, 1, 2, 0, 2).setKnown(3).build()));

      Selection selection = client.awaitSelection(0);

      assertThat(selection.epoch()).isZero();
      assertThat(selection.known()).isEqualTo(7);
      assertThat(selection.slice(0).ids()).containsExactly(2, 1, 5);
      assertThat(selection.turnaround()).isPositive();
      assertThat(client.metrics().chunksRead()).isEqualTo(2);
    }
  }

  @Test
  void refusesWhatMakesNoSense() throws Exception {
    try (SelectionClient client =
        join(TestingRun.config(2, 1), new TestingProducer(1, true), 3, NONE)) {
      assertThatThrownBy(() -> client.report(2, new long[1], new float[1], 1))
          .hasMessage("losses of epoch 2 while epoch 3 is open");
      assertThatThrownBy(() -> client.report(3, new long[1], new float[2], 2))
          .hasMessage("2 losses in arrays of 1 and 2");
      assertThatThrownBy(() -> client.report(3, new long[] {-1}, new float[1], 1))
          .hasMessage("sample id -1 is out of range");
      assertThatThrownBy(() -> client.report(3, new long[] {1L << 57}, new float[1], 1))
          .hasMessage("sample id 144115188075855872 is out of range");
      assertThatThrownBy(() -> client.endEpoch(4))
          .hasMessage("cannot end epoch 4 while epoch 3 is open");
      assertThat(client.metrics().lossesReported()).isZero();
      client.closeEpoch(3).get();
      assertThatThrownBy(() -> client.closeEpoch(3))
          .hasMessage("cannot end epoch 3 while epoch 4 is open");
      assertThatThrownBy(() -> client.report(3, new long[1], new float[1], 1))
          .hasMessage("losses of epoch 3 while epoch 4 is open");
      client.report(4, new long[1], new float[1], 1);
    }
  }

  @Test
  void skipsAnEpochWithoutAWord() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(1, 1), producer, 0, NONE)) {
      int before = producer.events(0).size();
      client.skipEpoch(0);
      assertThatThrownBy(() -> client.skipEpoch(0))
          .hasMessage("cannot skip epoch 0 while epoch 1 is open");
      client.report(1, new long[] {4}, new float[] {2}, 1);
      client.endEpoch(1);

      assertThat(producer.events(0).subList(before, before + 2))
          .containsExactly(
              event().setLossBatch(batch(0, 1, 0).addLocalIndexDeltas(4).addLosses(2)).build(),
              event().setEpochEnd(end(0, 1, 0, 1).toBuilder().setLosses(1)).build());
    }
  }

  private static LossBatch.Builder batch(int shard, int epoch, long sequence) {
    return LossBatch.newBuilder().setShard(shard).setEpoch(epoch).setSequence(sequence);
  }
}
