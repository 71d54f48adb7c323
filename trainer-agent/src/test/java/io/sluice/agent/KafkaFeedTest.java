package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.TestingKafka;
import io.sluice.agent.train.EpochSamples;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KafkaFeedTest {

  private final TestingKafka kafka = new TestingKafka();

  @Test
  void closesAnEpochWhenTheRestIsSmallEnough() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.25")) {
      kafka.publish(0, 20);
      train(feed, next(feed, 0), 2);
      feed.endEpoch(0);
      kafka.publish(1, 4);
      train(feed, next(feed, 1), 2);
      feed.endEpoch(1);
      feed.awaitDelivery();

      // 5 of 20 are a quarter: with 6 left it is too early. Of 4, one is, which no batch leaves.
      assertThat(log())
          .containsExactly("16 of 0", "end 0 after 16", "4 of 1", "4 of 1", "end 1 after 8");
    }
  }

  @Test
  void theNextSelectionIsReadyBeforeTheRestIsTrained() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5", "seed", "3")) {
      kafka.publish(0, 20);
      EpochSamples samples = next(feed, 0);
      report(feed, samples, 0, 10);
      await().until(() -> log().contains("end 0 after 10"));
      kafka.publish(1, 12);
      report(feed, samples, 10, 20);
      feed.endEpoch(0);

      EpochSamples next = next(feed, 1);
      assertThat(next.epoch()).isEqualTo(1);
      assertThat(next.ids()).hasSize(12).doesNotHaveDuplicates();
      assertThat(next.ids()).as("shuffled").isNotEqualTo(sorted(next.ids()));
      assertThat(next.selected()).isEqualTo(12);
      assertThat(next.known()).isEqualTo(12);
      assertThat(next.worldSize()).isEqualTo(1);
      assertThat(next.turnaround()).isPositive();
    }
  }

  @Test
  void theRestIsOfThisRanksSlice() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.25", "world-size", "2", "rank", "1")) {
      kafka.publish(0, 41);
      EpochSamples samples = next(feed, 0);
      assertThat(samples.ids()).hasSize(20);
      train(feed, samples, 5);
      feed.endEpoch(0);
      feed.awaitDelivery();

      assertThat(log()).containsExactly("15 of 0", "end 0 after 15", "5 of 1");
    }
  }

  @Test
  void whatIsReportedAgainWaitsForKafkaAndIsNeverDropped() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.25", "loss-buffer", "1024")) {
      kafka.publish(0, 4000);
      EpochSamples samples = next(feed, 0);
      for (int from = 0; from < 4000; from += 100) {
        feed.reportAgain(Arrays.copyOfRange(samples.ids(), from, from + 100), new float[100], 100);
      }
      feed.endEpoch(0);
      feed.awaitDelivery();

      assertThat(log()).contains("end 0 after 3000");
      assertThat(lossesOf(0)).isEqualTo(3000);
      assertThat(lossesOf(1)).as("the rest, after the early close").isEqualTo(1000);
    }
  }

  /** Where a rank's model is not finite, and the others go on without it. */
  @Test
  void whatWasReportedOfAnEpochThatIsNotTrainedToItsEndIsSent() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5")) {
      kafka.publish(0, 20);
      EpochSamples samples = next(feed, 0);
      report(feed, samples, 0, 10);
      await().until(() -> log().contains("end 0 after 10"));
      report(feed, samples, 10, 14);
      feed.endEpoch(0);
      feed.awaitDelivery();

      assertThat(log()).containsExactly("10 of 0", "end 0 after 10", "4 of 1");
    }
  }

  @Test
  void theLastEpochIsNotClosedEarly() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5", "epochs", "1")) {
      kafka.publish(0, 20);
      train(feed, next(feed, 0), 2);
      assertThat(log()).isEmpty();
      feed.endEpoch(0);

      assertThat(log()).containsExactly("20 of 0", "end 0 after 20");
    }
  }

  @Test
  void aRankThatIsAddedBeginsWithTheFirstEpochThatIsItsOwn() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0", "world-size", "3", "rank", "2")) {
      kafka.publish(0, 20, 2);
      kafka.publish(1, 20, 2);
      kafka.publish(2, 21, 3);
      EpochSamples samples = next(feed, 0);
      assertThat(samples.epoch()).isEqualTo(2);
      assertThat(samples.worldSize()).isEqualTo(3);
      assertThat(samples.ids()).hasSize(7);
      train(feed, samples, 7);
      feed.endEpoch(2);

      assertThat(log()).containsExactly("7 of 2", "end 2 after 7");
    }
  }

  @Test
  void aRankThatIsRemovedIsDone() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.25", "world-size", "2", "rank", "1")) {
      kafka.publish(0, 40, 2);
      train(feed, next(feed, 0), 5);
      feed.endEpoch(0);
      kafka.publish(1, 40, 1);

      assertThat(feed.await(1)).isEmpty();
      feed.awaitDelivery();
      assertThat(log()).containsExactly("15 of 0", "end 0 after 15", "5 of 1");
    }
  }

  @Test
  void withoutAnEndEveryEpochIsClosedEarly() throws Exception {
    RunConfig config = TestingKafka.config("early-close", "0.5", "epochs", "unbounded");
    try (KafkaFeed feed = new KafkaFeed(kafka.join(config, 500), config, 500)) {
      kafka.publish(500, 20);
      train(feed, next(feed, 500), 2);
      kafka.publish(501, 4);
      assertThat(next(feed, 501).ids()).hasSize(4);
      feed.awaitDelivery();

      assertThat(log()).endsWith("10 of 500", "end 500 after 10", "10 of 501");
    }
  }

  @Test
  void zeroTurnsItOff() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0")) {
      kafka.publish(0, 20);
      train(feed, next(feed, 0), 1);
      assertThat(log()).isEmpty();
      feed.endEpoch(0);

      assertThat(log()).containsExactly("20 of 0", "end 0 after 20");
    }
  }

  @Test
  void slicesWithoutARestAreEndedWhole() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.9")) {
      kafka.publish(0, 0);
      assertThat(next(feed, 0).ids()).isEmpty();
      feed.endEpoch(0);
      kafka.publish(1, 1);
      train(feed, next(feed, 1), 1);
      feed.endEpoch(1);
      kafka.publish(2, 3);
      train(feed, next(feed, 2), 64);
      feed.endEpoch(2);

      assertThat(log())
          .containsExactly("end 0 after 0", "1 of 1", "end 1 after 1", "3 of 2", "end 2 after 3");
    }
  }

  @Test
  void nothingWaitsForKafkaAfterAnEarlyClose() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5")) {
      kafka.publish(0, 20);
      EpochSamples samples = next(feed, 0);
      kafka.fill();
      train(feed, samples, 2);
      kafka.awaitWaitingWriter();
      feed.endEpoch(0);
      assertThat(log()).isEmpty();

      kafka.empty();
      kafka.publish(1, 20);
      assertThat(next(feed, 1).ids()).hasSize(20);
      feed.awaitDelivery();
      assertThat(log()).containsExactly("10 of 0", "end 0 after 10", "10 of 1");
    }
  }

  @Test
  void anEndThatKafkaDoesNotTakeShowsWhereverItIsWaitedFor() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5")) {
      kafka.publish(0, 20);
      EpochSamples samples = next(feed, 0);
      kafka.fail("disk full");
      train(feed, samples, 2);

      assertThatThrownBy(() -> feed.await(1))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("disk full");
      assertThatThrownBy(() -> feed.endEpoch(0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("disk full");
      assertThatThrownBy(feed::awaitDelivery)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("disk full");
    }
  }

  @Test
  void aRestThatKafkaDoesNotTakeKeepsACheckpointFromBeingWritten() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0.5")) {
      kafka.publish(0, 20);
      EpochSamples samples = next(feed, 0);
      report(feed, samples, 0, 10);
      await().until(() -> log().contains("end 0 after 10"));
      kafka.fail("disk full");
      report(feed, samples, 10, 20);

      feed.endEpoch(0);
      assertThatThrownBy(feed::awaitDelivery)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("disk full");
    }
  }

  @Test
  void anEndThatIsWaitedForFailsAtOnce() throws Exception {
    try (KafkaFeed feed = feed("early-close", "0")) {
      kafka.publish(0, 20);
      train(feed, next(feed, 0), 2);
      kafka.fail("disk full");

      assertThatThrownBy(() -> feed.endEpoch(0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("disk full");
    }
  }

  private int lossesOf(int epoch) {
    return kafka.events().stream()
        .map(LossEvent::getLossBatch)
        .filter(batch -> batch.getEpoch() == epoch)
        .mapToInt(LossBatch::getLossesCount)
        .sum();
  }

  private KafkaFeed feed(String... settings) throws InterruptedException {
    RunConfig config = TestingKafka.config(settings);
    SelectionClient client = kafka.join(config, 0);
    return new KafkaFeed(client, config, 0);
  }

  private static EpochSamples next(KafkaFeed feed, int epoch) throws InterruptedException {
    return feed.await(epoch).orElseThrow();
  }

  private static void train(KafkaFeed feed, EpochSamples samples, int batchSize) {
    for (int from = 0; from < samples.ids().length; from += batchSize) {
      report(feed, samples, from, Math.min(from + batchSize, samples.ids().length));
    }
  }

  private static void report(KafkaFeed feed, EpochSamples samples, int from, int to) {
    feed.report(Arrays.copyOfRange(samples.ids(), from, to), new float[to - from], to - from);
  }

  private static long[] sorted(long[] ids) {
    return Arrays.stream(ids).sorted().toArray();
  }

  private List<String> log() {
    return kafka.events().stream().map(KafkaFeedTest::text).toList();
  }

  private static String text(LossEvent event) {
    return event.hasEpochEnd()
        ? "end " + event.getEpochEnd().getEpoch() + " after " + event.getEpochEnd().getLosses()
        : event.getLossBatch().getLossesCount() + " of " + event.getLossBatch().getEpoch();
  }
}
