package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a client says, and does not say, when it joins. */
class SelectionClientJoinTest extends TestingClient {

  @Test
  void joinsDeclaresAndEndsTheEpochBeforeInEveryShard() throws Exception {
    TestingProducer producer = new TestingProducer(2, true);
    RunConfig config = TestingRun.config(4, 2, "rank", "1", "world-size", "3");

    try (SelectionClient client =
        join(config, producer, 2, List.of(new IdRange(0, 6), new IdRange(100, 1)))) {
      assertThat(client.metrics().recordsSent()).isEqualTo(2 + 4 + 4);
    }

    long nonce = producer.events(0).get(0).getJoin().getNonce();
    assertThat(nonce).isPositive();
    Join join =
        Join.newBuilder()
            .setRank(1)
            .setWorldSize(3)
            .setEpoch(2)
            .setShards(4)
            .setNonce(nonce)
            .build();
    assertThat(producer.events(0))
        .containsExactly(
            event().setJoin(join).build(),
            event().setSamplesAdded(added(0, 2, 101, range(0, 2), range(25, 1))).build(),
            event().setSamplesAdded(added(2, 2, 101, range(0, 1))).build(),
            event().setEpochEnd(end(0, 1, 1, 3)).build(),
            event().setEpochEnd(end(2, 1, 1, 3)).build());
    assertThat(producer.events(1))
        .containsExactly(
            event().setJoin(join).build(),
            event().setSamplesAdded(added(1, 2, 101, range(0, 2))).build(),
            event().setSamplesAdded(added(3, 2, 101, range(0, 1))).build(),
            event().setEpochEnd(end(1, 1, 1, 3)).build(),
            event().setEpochEnd(end(3, 1, 1, 3)).build());
    assertThat(producer.history()).allSatisfy(r -> assertThat(r.key()).isNull());
  }

  @Test
  void declaresTheClassesOfSamplesNowAndLater() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    RunConfig config = TestingRun.config(2, 1);
    try (SelectionClient client =
        join(config, producer, 0, List.of(new IdRange(0, 4)), id -> (int) (10 + id))) {
      client.addSamples(List.of(new IdRange(4, 1)), 1);
      client.endEpoch(0);
    }

    assertThat(producer.events(0).stream().filter(LossEvent::hasSamplesAdded))
        .extracting(event -> event.getSamplesAdded().getLabelsList())
        .containsExactly(List.of(10, 12), List.of(11, 13), List.of(14));
  }

  @Test
  void reportsEachLossLessTheMeanOfItsMiniBatchWhereTheRunSelectsByIt() throws Exception {
    TestingProducer producer = new TestingProducer(1, true);
    RunConfig config = TestingRun.config(1, 1, "signal", "relative");
    try (SelectionClient client = join(config, producer, 0, NONE)) {
      client.report(0, new long[] {0, 1, 2}, new float[] {1, 2, 6}, 3);
      // What is not finite is refused alone, and does not spoil the mean of the others.
      client.report(0, new long[] {3, 4, 5, 6}, new float[] {1, Float.NaN, 4, 99}, 3);
      client.endEpoch(0);
    }

    LossBatch batch =
        producer.events(0).stream()
            .filter(LossEvent::hasLossBatch)
            .map(LossEvent::getLossBatch)
            .findFirst()
            .orElseThrow();
    assertThat(batch.getLossesList()).containsExactly(1f, 2f, 6f, 1f, Float.NaN, 4f);
    assertThat(batch.getRelativeLossesList()).containsExactly(-2f, -1f, 3f, -1.5f, Float.NaN, 1.5f);
  }

  @Test
  void theOffsetInPartitionZeroIsTheIncarnation() throws Exception {
    TestingProducer producer = new TestingProducer(2, true);
    producer.occupy(0, 7);
    try (SelectionClient client = join(TestingRun.config(2, 2), producer, 0, NONE)) {
      client.report(0, new long[] {1}, new float[] {2f}, 1);
      client.endEpoch(0);
    }

    assertThat(producer.events(1).get(0).getJoin().getIncarnation()).isEqualTo(7);
    assertThat(producer.events(1).get(1).getEpochEnd().getIncarnation()).isEqualTo(7);
    assertThat(producer.events(1).get(2).getLossBatch().getIncarnation()).isEqualTo(7);
  }

  @Test
  void idsThatAreTooLargeAreRefusedWhereTheyAreGiven() throws Exception {
    List<IdRange> tooLarge = List.of(new IdRange(0, 9), new IdRange(1L << 57, 1));
    String message =
        "sample id 144115188075855872 is too large for 2 shards; allowed: below 144115188075855872";
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client = join(TestingRun.config(2, 1), producer, 0, NONE)) {
      assertThatThrownBy(() -> client.addSamples(tooLarge, 1))
          .isInstanceOf(UserError.class)
          .hasMessage(message);
      client.endEpoch(0);
    }
    TestingProducer untouched = new TestingProducer(1, true);
    assertThatThrownBy(() -> join(TestingRun.config(2, 1), untouched, 0, tooLarge))
        .isInstanceOf(UserError.class)
        .hasMessage(message);
    assertThat(untouched.history()).as("nothing is announced").isEmpty();
  }

  @Test
  void declaresNothingWhenTheRunHasBegun() throws Exception {
    published = 1;
    TestingProducer producer = new TestingProducer(1, true);
    try (SelectionClient client =
        join(TestingRun.config(2, 1), producer, 0, List.of(new IdRange(0, 9)))) {
      assertThat(producer.events(0)).noneMatch(LossEvent::hasSamplesAdded);
      client.addSamples(List.of(new IdRange(9, 1)), 3);
      client.flush().get();
      assertThat(producer.events(0)).anyMatch(LossEvent::hasSamplesAdded);
    }
  }

  @Test
  void aRankOutsideTheWorldIsAUsersMistake() {
    RunConfig config = TestingRun.config(2, 1, "rank", "2", "world-size", "2");

    assertThatThrownBy(() -> SelectionClient.join(config, 0, NONE))
        .isInstanceOf(UsageError.class)
        .hasMessage("rank is 2, but world-size is 2; allowed: 0 to 1");
  }

  @Test
  void aJoinThatFailsLeavesNothingOpen() {
    TestingProducer producer = new TestingProducer(1, true);
    producer.sendException = new TimeoutException("no metadata");

    assertThatThrownBy(() -> join(TestingRun.config(2, 1), producer, 0, NONE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no metadata");
    assertThat(producer.closed()).isTrue();
    assertThat(consumer.closed()).isTrue();
  }
}
