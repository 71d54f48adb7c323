package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefusalWatchTest {

  private static final RunConfig CONFIG = TestingRun.config(2, 2, "rank", "1", "world-size", "2");

  private final MockConsumer<Void, byte[]> consumer = TestingKafka.letters();
  private RefusalWatch watch;

  @BeforeEach
  void start() {
    watch = new RefusalWatch(CONFIG, consumer, task -> {});
    watch.start(40, Map.of(0, 40L, 1, 33L));
  }

  @Test
  void anAgentWhoseRankWasTakenStops() {
    watch.read(letter("fenced", 1, 40));
    assertThatThrownBy(watch::check)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "another agent has taken over rank 1, so this one stops: the job does not listen to it any"
                + " more (said so). Each rank may be started once; see who else was.");
  }

  @Test
  void anAgentWhoseLossesHaveNotArrivedStops() {
    watch.read(letter("count-mismatch", 1, 40));
    assertThatThrownBy(watch::check)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the job refused what the agent of rank 1 sent, as count-mismatch: said so (topic"
                + " demo.dead-letters has it as partition 0, offset 5)");
  }

  @Test
  void anAgentThatDoesNotSendTheLossesThatTheRunSelectsByStops() {
    watch.read(letter("no-relative-loss", 1, 40));
    assertThatThrownBy(watch::check)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("as no-relative-loss: said so");
  }

  @Test
  void anAgentWhoseJoinWasRefusedStopsWhateverTheReason() {
    watch.read(
        record(
            DeadLetter.newBuilder()
                .setReason("wrong-shards")
                .setDetail("said so")
                .setPartition(1)
                .setOffset(33)
                .build()));
    assertThatThrownBy(watch::check).hasMessageContaining("as wrong-shards: said so");
  }

  @Test
  void anAgentWhoseRankHasLeftStopsWhenNoShardNeedsItAnyMore() {
    DeadLetter.Builder refused =
        DeadLetter.newBuilder().setReason("wrong-world").setDetail("said so");
    watch.read(record(refused.setPartition(0).setOffset(40).build()));
    assertThatCode(watch::check).doesNotThrowAnyException();
    watch.read(record(refused.setPartition(1).setOffset(33).build()));
    assertThatThrownBy(watch::check).hasMessageContaining("as wrong-world: said so");
  }

  @Test
  void anAgentWhoseParametersAreRefusedStops() {
    watch.read(record(update("wrong-model", 40)));
    assertThatThrownBy(watch::check)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("what the agent of rank 1 sent, as wrong-model: said so");
  }

  @Test
  void anAgentWhoseRankWasTakenAmongTheParametersStops() {
    watch.read(record(update("fenced", 40)));
    assertThatThrownBy(watch::check).hasMessageContaining("another agent has taken over rank 1");
  }

  @Test
  void whereTheAverageComesAllTheSameAnAgentGoesOn() {
    watch.read(record(update("not-a-member", 40)));
    watch.read(record(update("non-finite-model", 40)));
    watch.read(record(update("repeated-update", 40)));
    watch.read(record(update("wrong-model", 39)));
    assertThatCode(watch::check).doesNotThrowAnyException();
  }

  @Test
  void parametersThatStandWhereItsJoinDoesInTheOtherTopicAreNotItsJoin() {
    watch.read(record(update("wrong-model", 39).setPartition(1).setOffset(33)));
    watch.read(
        record(
            DeadLetter.newBuilder()
                .setTopic("demo.model-updates")
                .setReason("undecodable")
                .setPartition(0)
                .setOffset(40)));
    assertThatCode(watch::check).doesNotThrowAnyException();
  }

  private static DeadLetter.Builder update(String reason, long incarnation) {
    return DeadLetter.newBuilder()
        .setTopic("demo.model-updates")
        .setReason(reason)
        .setDetail("said so")
        .setRank(1)
        .setIncarnation(incarnation);
  }

  @Test
  void whatConcernsOthersOrDoesNoHarmIsNotForTheAgent() {
    watch.read(letter("fenced", 0, 40));
    watch.read(letter("fenced", 1, 39));
    watch.read(letter("late-loss", 1, 40));
    watch.read(letter("not-a-member", 1, 40));
    watch.read(record(DeadLetter.newBuilder().setReason("undecodable").setPartition(1).build()));
    watch.read(
        new ConsumerRecord<>(
            "demo.dead-letters", 0, 0, null, "no JSON".getBytes(StandardCharsets.UTF_8)));
    assertThatCode(watch::check).doesNotThrowAnyException();
  }

  @Test
  void aTopicThatCannotBeReadIsAnErrorThatSaysSo() throws Exception {
    MockConsumer<Void, byte[]> denied = TestingKafka.letters();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    RefusalWatch following = new RefusalWatch(CONFIG, denied, thread);
    denied.setPollException(new TopicAuthorizationException("demo.dead-letters"));
    following.start(40, Map.of());

    Awaitility.await()
        .untilAsserted(
            () ->
                assertThatThrownBy(following::check)
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith("cannot read topic demo.dead-letters, which tells"));
    thread.shutdown();
    assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(denied.closed()).isTrue();
  }

  @Test
  void followsFromTheEndAndStopsWhenItIsClosed() throws Exception {
    MockConsumer<Void, byte[]> letters = TestingKafka.letters();
    letters.updateEndOffsets(Map.of(new TopicPartition("demo.dead-letters", 0), 7L));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    RefusalWatch following = new RefusalWatch(CONFIG, letters, thread);
    assertThat(letters.position(new TopicPartition("demo.dead-letters", 0))).isEqualTo(7);
    following.start(40, Map.of());
    following.close();

    thread.shutdown();
    assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(letters.closed()).isTrue();
  }

  private static ConsumerRecord<Void, byte[]> letter(String reason, int rank, long incarnation) {
    return record(
        DeadLetter.newBuilder()
            .setReason(reason)
            .setDetail("said so")
            .setPartition(0)
            .setOffset(5)
            .setRank(rank)
            .setIncarnation(incarnation)
            .build());
  }

  private static ConsumerRecord<Void, byte[]> record(DeadLetter.Builder letter) {
    return record(letter.build());
  }

  private static ConsumerRecord<Void, byte[]> record(DeadLetter letter) {
    return new ConsumerRecord<>("demo.dead-letters", 0, 0, null, Json.write(letter));
  }
}
