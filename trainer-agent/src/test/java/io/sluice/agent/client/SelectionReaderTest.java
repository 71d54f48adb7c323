package io.sluice.agent.client;

import static io.sluice.agent.client.TestingRun.chunk;
import static io.sluice.agent.client.TestingRun.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelectionReaderTest {

  private static final TopicPartition EVEN = new TopicPartition("demo.selected-samples", 0);
  private static final TopicPartition ODD = new TopicPartition("demo.selected-samples", 1);

  private final MockConsumer<Void, byte[]> consumer = new MockConsumer<>("earliest");
  private final ClientCounters counters = new ClientCounters();
  private final TestingLogger log = new TestingLogger();
  private long now;
  private SelectionReader reader;

  @BeforeEach
  void open() {
    consumer.updateBeginningOffsets(Map.of(EVEN, 0L, ODD, 0L));
    reader = new SelectionReader(TestingRun.config(2, 2), consumer, counters, () -> now, log);
  }

  @Test
  void readsOnUntilTheSelectionIsComplete() throws Exception {
    onPoll(List.of(record(0, 0, chunk(0, 0, 2, 1, 2).build())));
    consumer.scheduleNopPollTask();
    onPoll(List.of(record(1, 0, chunk(0, 1, 2, 7).build())));

    assertThat(parts(0)).map(SelectedPart::selected).containsExactly(2L, 1L);
    assertThat(counters.snapshot().chunksRead()).isEqualTo(2);
  }

  @Test
  void goesBackToChunksThatCameTooEarly() throws Exception {
    ConsumerRecord<Void, byte[]> early = record(0, 0, chunk(1, 0, 2, 5).build());
    ConsumerRecord<Void, byte[]> earlyToo = record(0, 2, chunk(2, 0, 2, 6).build());
    onPoll(List.of(early, record(0, 1, chunk(0, 0, 2, 1).build()), earlyToo));
    onPoll(List.of(record(1, 0, chunk(0, 1, 2, 7).build())));
    reader.await(0, null, SelectionReaderTest::noCheck);

    consumer.schedulePollTask(
        () -> {
          assertThat(consumer.position(EVEN)).isZero();
          assertThat(consumer.position(ODD)).isOne();
          // The double forgets what it has handed out; a broker does not.
          consumer.addRecord(early);
          consumer.addRecord(earlyToo);
          consumer.addRecord(record(1, 1, chunk(1, 1, 2, 8, 9).build()));
        });
    assertThat(parts(1)).map(SelectedPart::selected).containsExactly(1L, 2L);

    consumer.schedulePollTask(
        () -> {
          assertThat(consumer.position(EVEN)).isEqualTo(2);
          consumer.addRecord(earlyToo);
          consumer.addRecord(record(1, 2, chunk(2, 1, 2, 8).build()));
        });
    assertThat(parts(2)).hasSize(2);
  }

  @Test
  void skipsSelectionsThatWereMadeBeforeTheWantedOne() throws Exception {
    onPoll(
        List.of(
            record(0, 0, chunk(0, 0, 2, 1).build()),
            record(1, 0, chunk(0, 1, 2, 1).build()),
            record(0, 1, chunk(3, 0, 2, 1, 2, 3).build()),
            record(1, 1, chunk(3, 1, 2, 1).build())));

    assertThat(parts(3)).map(SelectedPart::selected).containsExactly(3L, 1L);
  }

  @Test
  void aTimeoutSaysWhatIsMissingAndLosesNothing() throws Exception {
    onPoll(List.of(record(0, 0, chunk(0, 0, 2, 1).build())));
    consumer.schedulePollTask(() -> now = Duration.ofMillis(1).toNanos());
    assertThatThrownBy(() -> reader.await(0, Duration.ofMillis(1), SelectionReaderTest::noCheck))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("selection 0 has not come within 1 ms: 1 of 2 shards are here; missing: 1");

    onPoll(List.of(record(1, 0, chunk(0, 1, 2, 1).build())));
    assertThat(parts(0)).hasSize(2);
  }

  @Test
  void aLongWaitIsAWarning() throws Exception {
    onPoll(List.of(record(0, 0, chunk(0, 0, 2, 1).build())));
    for (int seconds : new int[] {9, 10, 19, 20, 30, 40, 50, 59, 60, 119, 120}) {
      consumer.schedulePollTask(() -> now = Duration.ofSeconds(seconds).toNanos());
    }
    onPoll(List.of(record(1, 0, chunk(0, 1, 2, 1).build())));
    reader.await(0, null, SelectionReaderTest::noCheck);

    String missing = "1 of 2 shards are here; missing: 1";
    String see = "; see demo.dead-letters for what the job refused";
    assertThat(log.lines())
        .containsExactly(
            "INFO waiting for selection 0 for 10 s: " + missing,
            "INFO waiting for selection 0 for 20 s: " + missing,
            "INFO waiting for selection 0 for 30 s: " + missing,
            "INFO waiting for selection 0 for 40 s: " + missing,
            "INFO waiting for selection 0 for 50 s: " + missing,
            "WARN waiting for selection 0 for 60 s: " + missing + see,
            "WARN waiting for selection 0 for 120 s: " + missing + see);
  }

  @Test
  void aSelectionIsHandedOutOnce() throws Exception {
    onPoll(
        List.of(record(0, 0, chunk(0, 0, 2, 1).build()), record(1, 0, chunk(0, 1, 2, 1).build())));
    reader.await(0, null, SelectionReaderTest::noCheck);

    assertThatThrownBy(() -> reader.await(0, null, SelectionReaderTest::noCheck))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("selection 0 was awaited before; only later ones can be awaited now");
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> reader.await(0, null, SelectionReaderTest::noCheck))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void whatKafkaRefusesIsOneClearLine() {
    consumer.setPollException(new TopicAuthorizationException("Not authorized"));

    assertThatThrownBy(() -> reader.await(0, null, SelectionReaderTest::noCheck))
        .isInstanceOf(UserError.class)
        .hasMessage("cannot read selections from Kafka at localhost:1: Not authorized");
  }

  @Test
  void closingEndsTheWait() {
    consumer.schedulePollTask(consumer::wakeup);

    assertThatThrownBy(() -> reader.await(0, null, SelectionReaderTest::noCheck))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the client was closed");
    reader.close();
    assertThat(consumer.closed()).isTrue();
  }

  private void onPoll(List<ConsumerRecord<Void, byte[]>> records) {
    consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
  }

  @Test
  void waitsNoLongerThanThereIsAPointInIt() {
    assertThatThrownBy(
            () ->
                reader.await(
                    0,
                    null,
                    () -> {
                      throw new UserError("refused");
                    }))
        .hasMessage("refused");
  }

  private List<SelectedPart> parts(int epoch) throws Exception {
    return reader.await(epoch, null, SelectionReaderTest::noCheck).parts();
  }

  private static void noCheck() {}
}
