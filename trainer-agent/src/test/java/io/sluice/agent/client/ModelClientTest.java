package io.sluice.agent.client;

import static io.sluice.agent.client.TestingAverages.EVEN;
import static io.sluice.agent.client.TestingAverages.MODEL;
import static io.sluice.agent.client.TestingAverages.ODD;
import static io.sluice.agent.client.TestingAverages.chunk;
import static io.sluice.agent.client.TestingAverages.end;
import static io.sluice.agent.client.TestingAverages.record;
import static io.sluice.agent.client.TestingAverages.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelClientTest {

  private static final RunConfig CONFIG = TestingRun.config(4, 2, "rank", "1", "world-size", "3");

  private final TestingProducer producer = new TestingProducer(2, true);
  private final MockConsumer<Void, byte[]> consumer = new MockConsumer<>("earliest");
  private final TestingLogger log = new TestingLogger();
  private final List<String> calls = new ArrayList<>();
  private long now;
  private UserError refusal;
  private ModelClient client;

  @BeforeEach
  void open() {
    consumer.updateBeginningOffsets(Map.of(EVEN, 0L, ODD, 0L));
    consumer.updateEndOffsets(Map.of(EVEN, 0L, ODD, 0L));
    client =
        new ModelClient(
            CONFIG,
            MODEL,
            () -> {
              calls.add("producer");
              return producer;
            },
            consumer,
            () -> calls.add("topics"),
            () -> now,
            log);
  }

  @Test
  void sendsAModelInChunks() throws Exception {
    join();
    float[] values = new float[(int) MODEL.values()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 3f;
    }
    client.send(new RankModel(new SyncPoint(6, 2, false), 3, 640, values));

    assertThat(producer.history()).allSatisfy(r -> assertThat(r.key()).isNull());
    assertThat(producer.history()).extracting(r -> r.partition()).containsExactly(0, 1, 0);
    assertThat(producer.history())
        .allSatisfy(r -> assertThat(((ModelEvent) r.value()).getVersion()).isEqualTo(Wire.VERSION));
    ModelUpdate all =
        ModelUpdate.newBuilder()
            .setEpoch(6)
            .setStep(2)
            .setRank(1)
            .setIncarnation(40)
            .setWorldSize(3)
            .setChunks(3)
            .setModel(0xfeed)
            .setSamples(640)
            .build();
    for (int chunk = 0; chunk < 3; chunk++) {
      ModelUpdate update = producer.updates().get(chunk);
      assertThat(update.toBuilder().clearValues().build())
          .isEqualTo(all.toBuilder().setChunk(chunk).build());
      int from = chunk * Wire.CHUNK_VALUES;
      int to = Math.min(from + Wire.CHUNK_VALUES, values.length);
      assertThat(TestingAverages.floats(update.getValues()))
          .isEqualTo(Arrays.copyOfRange(values, from, to));
    }
    assertThat(client.metrics().recordsSent()).isEqualTo(3);
    assertThat(client.metrics().bytesSent())
        .isEqualTo(producer.history().stream().mapToInt(r -> r.value().getSerializedSize()).sum());
  }

  @Test
  void aModelThatIsNotFiniteIsSentWithoutValues() throws Exception {
    join();
    client.send(new RankModel(end(6), 3, 640, null));

    assertThat(producer.updates())
        .hasSize(3)
        .allMatch(ModelUpdate::getUnusable)
        .allMatch(ModelUpdate::getEndsEpoch)
        .allMatch(update -> update.getValues().isEmpty());
  }

  @Test
  void whoNeverSendsPaysNothing() throws Exception {
    join();
    assertThat(client.newest()).isEmpty();
    client.close();

    assertThat(calls).isEmpty();
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void looksAtTheTopicsBeforeTheFirstModelIsSentAndNeverAgain() throws Exception {
    join();
    client.send(model(0));
    client.send(model(1));
    client.close();

    assertThat(calls).containsExactly("topics", "producer");
    assertThat(producer.closed()).isTrue();
  }

  @Test
  void findsTheNewestCompleteAverageAndThenTheOneThatFollows() throws Exception {
    List<ConsumerRecord<Void, byte[]>> five =
        List.of(record(4, chunk(end(5), 0, 5)), record(2, chunk(end(5), 1, 5)));
    consumer.updateEndOffsets(Map.of(EVEN, 5L, ODD, 3L));
    onPoll(whole(end(3), 0, 3));
    onPoll(whole(end(4), 1, 4));
    onPoll(five);

    AveragedModel newest = client.newest().orElseThrow();
    assertThat(newest.sync()).isEqualTo(end(4));
    assertThat(newest.values()).containsOnly(4);

    join();
    // The double forgets what it has handed out; a broker does not.
    consumer.schedulePollTask(
        () -> {
          assertThat(consumer.position(EVEN)).isEqualTo(2);
          assertThat(consumer.position(ODD)).isEqualTo(1);
          whole(end(4), 1, 4).forEach(consumer::addRecord);
          five.forEach(consumer::addRecord);
          consumer.addRecord(record(5, chunk(end(5), 2, 5)));
        });
    assertThat(client.await(end(5)).values()).containsOnly(5);
    assertThat(client.metrics().recordsRead()).isEqualTo(3 + 3 + 2 + 3 + 3);
  }

  @Test
  void whatIsPublishedAfterwardsIsNotWaitedForByTheNewest() throws Exception {
    consumer.updateEndOffsets(Map.of(EVEN, 2L, ODD, 1L));
    onPoll(whole(end(3), 0, 3));
    consumer.schedulePollTask(() -> whole(end(4), 1, 4).forEach(consumer::addRecord));

    assertThat(client.newest().orElseThrow().sync()).isEqualTo(end(3));
  }

  @Test
  void goesBackToChunksThatCameTooEarly() throws Exception {
    join();
    List<ConsumerRecord<Void, byte[]>> now = whole(end(0), 0, 8);
    List<ConsumerRecord<Void, byte[]>> early = whole(end(1), 1, 1);
    onPoll(List.of(now.get(0), now.get(1), early.get(0), early.get(1)));
    onPoll(List.of(now.get(2)));
    assertThat(client.await(end(0)).values()).containsOnly(8);

    consumer.schedulePollTask(
        () -> {
          assertThat(consumer.position(EVEN)).isEqualTo(2);
          assertThat(consumer.position(ODD)).isEqualTo(1);
          early.forEach(consumer::addRecord);
        });
    assertThat(client.await(end(1)).values()).containsOnly(1);
  }

  @Test
  void aRankThatIsAddedWaitsForTheEndOfTheEpochBefore() throws Exception {
    join();
    onPoll(whole(new SyncPoint(4, 7, false), 0, 1));
    onPoll(whole(new SyncPoint(4, 8, true), 1, 2));

    AveragedModel average = client.awaitEnd(4);
    assertThat(average.sync()).isEqualTo(new SyncPoint(4, 8, true));
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void aModelWhoseAverageDoesNotComeIsSentAgain() throws Exception {
    join();
    client.send(model(0));
    for (int minutes : new int[] {4, 5, 9, 10}) {
      consumer.schedulePollTask(() -> now = Duration.ofMinutes(minutes).toNanos());
    }
    onPoll(whole(end(0), 0, 1));
    client.await(end(0));
    assertThat(producer.updates()).hasSize(3 * 3);
    assertThat(producer.updates().subList(6, 9)).isEqualTo(producer.updates().subList(0, 3));
    assertThat(log.lines())
        .contains(
            "INFO sending the model at the end of epoch 0 again, for its average has not come");

    onPoll(List.of());
    consumer.schedulePollTask(() -> now = Duration.ofMinutes(20).toNanos());
    onPoll(whole(end(1), 1, 1));
    client.await(end(1));
    assertThat(producer.updates()).as("no more after its average has come").hasSize(3 * 3);
  }

  @Test
  void aLongWaitSaysWhatIsMissing() throws Exception {
    join();
    onPoll(List.of(record(0, chunk(end(0), 0, 1))));
    for (int seconds : new int[] {9, 10, 60}) {
      consumer.schedulePollTask(() -> now = Duration.ofSeconds(seconds).toNanos());
    }
    onPoll(List.of(record(0, chunk(end(0), 1, 1)), record(1, chunk(end(0), 2, 1))));
    client.await(end(0));

    String missing = "1 of 3 chunks are here; missing: 1, 2";
    assertThat(log.lines())
        .containsExactly(
            "INFO waiting for the average at the end of epoch 0 for 10 s: " + missing,
            "WARN waiting for the average at the end of epoch 0 for 60 s: "
                + missing
                + "; the job's log names the ranks that it waits for, and demo.dead-letters has"
                + " what it refused");
  }

  @Test
  void anAgentThatTheJobHasRefusedNeitherSendsNorWaits() throws Exception {
    join();
    client.send(model(0));
    consumer.schedulePollTask(() -> refusal = new UserError("refused"));

    assertThatThrownBy(() -> client.await(end(0))).hasMessage("refused");
    assertThatThrownBy(() -> client.send(model(0))).hasMessage("refused");
    assertThat(producer.updates()).hasSize(3);
  }

  @Test
  void aChunkThatIsTooLargeForKafkaSaysWhatToRaise() {
    join();
    producer.sendException = new RecordTooLargeException("too large");

    assertThatThrownBy(() -> client.send(model(0)))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "Kafka at localhost:1 did not take a part of the model for topic demo.model-updates,"
                + " partition 0: too large; raise max.message.bytes of the topic, and"
                + " kafka.max.request.size if it is set, then start the agent again");
  }

  @Test
  void aChunkThatKafkaDoesNotTakeLaterIsAnErrorToo() {
    TestingProducer slow =
        new TestingProducer(2, false) {
          @Override
          public synchronized void flush() {
            errorNext(new TopicAuthorizationException("not yours"));
            super.flush();
          }
        };
    ModelClient writing =
        new ModelClient(CONFIG, MODEL, () -> slow, consumer, () -> {}, () -> now, log);
    writing.joined(40, () -> {});

    assertThatThrownBy(() -> writing.send(model(0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "not yours; see that the broker is running and lets this agent write");
  }

  @Test
  void whatCannotBeReadIsOneClearLine() {
    consumer.setPollException(new TopicAuthorizationException("Not authorized"));

    assertThatThrownBy(() -> client.await(end(0)))
        .isInstanceOf(UserError.class)
        .hasMessage("cannot read averages from Kafka at localhost:1: Not authorized");
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> client.await(end(0))).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void nothingIsSentBeforeTheRankHasJoined() {
    assertThatThrownBy(() -> client.send(model(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this rank has not joined");
  }

  private void join() {
    client.joined(
        40,
        () -> {
          if (refusal != null) {
            throw refusal;
          }
        });
  }

  private static RankModel model(int epoch) {
    return new RankModel(end(epoch), 3, 1, new float[(int) MODEL.values()]);
  }

  private void onPoll(List<ConsumerRecord<Void, byte[]>> records) {
    consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
  }
}
