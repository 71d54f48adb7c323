package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Kafka is slow, fails, or takes nothing any more. */
class SelectionClientDeliveryTest extends TestingClient {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void aRecordThatKafkaDoesNotTakeSpoilsTheEpoch() throws Exception {
    TestingProducer producer = new TestingProducer(1, false);
    // A buffer so small that a batch is sent as soon as it is full.
    RunConfig config = TestingRun.config(2, 1).with(Map.of("loss-buffer", "4096"), "test");
    try (SelectionClient client = join(config, producer, 0, NONE)) {
      int before = producer.history().size();
      // A full batch of shard 1.
      client.report(
          0, LongStream.range(0, 1024).map(i -> 2 * i + 1).toArray(), new float[1024], 1024);
      await().until(() -> producer.history().size() > before);
      assertThat(producer.errorNext(new TimeoutException("Expiring 1 record(s)"))).isTrue();

      assertThatThrownBy(() -> client.endEpoch(0))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "Kafka at localhost:1 did not take a record for topic demo.loss-events, partition 0:"
                  + " Expiring 1 record(s); see that the broker is running and lets this agent"
                  + " write, then start the agent again");
      assertThat(client.lossesDropped()).isEqualTo(1024);
      assertThatThrownBy(() -> client.awaitSelection(1))
          .as("it would never come")
          .isInstanceOf(UserError.class);
      client.report(1, new long[] {1}, new float[1], 1);
      assertThat(client.closeEpoch(1))
          .failsWithin(PATIENCE)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(UserError.class);
      assertThat(client.flush()).failsWithin(PATIENCE);
      assertThat(client.lossesDropped()).isEqualTo(1025);
      assertThat(producer.events(0).stream().filter(LossEvent::hasEpochEnd))
          .as("no end is written for losses that are missing")
          .hasSize(2);
    }
  }

  @Test
  void aSendThatFailsAtOnceSpoilsTheEpochToo() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(2, 1), producer, 0, NONE)) {
      producer.sendException = new KafkaException("broken");

      client.report(0, new long[] {1}, new float[1], 1);
      assertThatThrownBy(() -> client.endEpoch(0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("partition 0: broken");
      assertThat(client.lossesDropped()).isOne();
    }
  }

  @Test
  void nobodyButTheSenderWaitsForAFullProducer() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    SelectionClient client =
        join(TestingRun.config(2, 1, "loss-buffer", "1024"), producer, 0, NONE);
    producer.fill();
    long[] ids = LongStream.range(0, 900).toArray();

    client.report(0, ids, new float[900], 900);
    producer.awaitWaitingSender();
    client.report(0, ids, new float[900], 900);

    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread trainer = endEpochZero(client, thrown);
    trainer.interrupt();
    trainer.join();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);

    client.close();
    assertThat(client.metrics().lossesReported()).isEqualTo(1800);
    assertThat(client.metrics().lossesSent() + client.lossesDropped()).isEqualTo(1800);
  }

  @Test
  void closingEndsAWaitForTheEndOfAnEpoch() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    SelectionClient client = join(TestingRun.config(2, 1), producer, 0, NONE);
    producer.fill();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread trainer = endEpochZero(client, thrown);
    producer.awaitWaitingSender();

    CompletableFuture<Void> queued = client.closeEpoch(1);

    client.close();
    client.close();
    trainer.join();

    assertThat(queued)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(IllegalStateException.class)
        .withMessage("the client was closed before the epoch had ended");

    assertThat(thrown.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the client was closed before the epoch had ended");
    assertThatThrownBy(() -> client.endEpoch(0)).hasMessage("the client is closed");
    assertThat(producer.closed()).isTrue();
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void aWaitForASelectionIsBoundedWhileKafkaTakesNoEnd() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(2, 1), producer, 0, NONE)) {
      producer.fill();
      CompletableFuture<Void> closed = client.closeEpoch(0);
      assertThatThrownBy(() -> client.awaitSelection(1, Duration.ofMillis(1)))
          .isInstanceOf(java.util.concurrent.TimeoutException.class)
          .hasMessage("Kafka has not taken the end of the epoch within 1 ms");
      producer.empty();
      closed.get();
      assertThatThrownBy(() -> client.awaitSelection(1, Duration.ZERO))
          .hasMessage(
              "selection 1 has not come within 0 ms: 0 of 2 shards are here; missing: 0, 1");
    }
  }

  /** Starts a thread that ends epoch 0. */
  private static Thread endEpochZero(SelectionClient client, AtomicReference<Throwable> thrown) {
    Thread trainer =
        new Thread(
            () -> {
              try {
                client.endEpoch(0);
              } catch (InterruptedException | RuntimeException e) {
                thrown.set(e);
              }
            });
    trainer.start();
    return trainer;
  }
}
