package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.SharedModel;
import io.sluice.agent.client.SyncPoint;
import io.sluice.agent.client.TestingKafka;
import io.sluice.agent.train.Contribution;
import io.sluice.agent.train.Mean;
import io.sluice.agent.train.Sync;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelUpdate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KafkaExchangeTest {

  private static final SharedModel MODEL = new SharedModel(7, 3);

  private final TestingKafka kafka = new TestingKafka();
  private final RunConfig config = TestingKafka.config("rank", "1", "world-size", "2");

  @Test
  void beginsWithTheNewestMean() throws Exception {
    kafka.publishAverage(MODEL, new SyncPoint(4, 2, false), 2, List.of(), 1, 2, 3);
    kafka.publishAverage(MODEL, new SyncPoint(4, 3, true), 1, List.of(0), 4, 5, 6);
    try (KafkaExchange exchange = new KafkaExchange(kafka.models(config, MODEL))) {
      Mean mean = exchange.newest().orElseThrow();

      assertThat(mean.sync()).isEqualTo(new Sync(4, 3, true));
      assertThat(mean.ranks()).isEqualTo(1);
      assertThat(mean.leftOut()).containsExactly(0);
      assertThat(mean.values()).containsExactly(4, 5, 6);
    }
  }

  @Test
  void sendsAndAwaits() throws Exception {
    try (KafkaExchange exchange = new KafkaExchange(kafka.models(config, MODEL));
        SelectionClient client = kafka.join(config, 0)) {
      exchange.joined(client);
      exchange.send(new Contribution(new Sync(0, 1, false), 2, 64, new float[] {1, 2, 3}));
      kafka.publishAverage(MODEL, new SyncPoint(0, 1, false), 2, List.of(), 2, 2, 2);
      assertThat(exchange.await(new Sync(0, 1, false)).values()).containsExactly(2, 2, 2);
      exchange.send(new Contribution(new Sync(0, 2, true), 2, 22, null));
      kafka.publishAverage(MODEL, new SyncPoint(0, 2, true), 1, List.of(1), 3, 3, 3);
      assertThat(exchange.await(new Sync(0, 2, true)).leftOut()).containsExactly(1);

      assertThat(exchange.metrics().recordsSent()).isEqualTo(2);
      assertThat(exchange.metrics().recordsRead()).isEqualTo(2);
    }
    ModelUpdate first = kafka.updates().get(0);
    assertThat(first.getEpoch()).isZero();
    assertThat(first.getStep()).isEqualTo(1);
    assertThat(first.getEndsEpoch()).isFalse();
    assertThat(first.getRank()).isEqualTo(1);
    assertThat(first.getWorldSize()).isEqualTo(2);
    assertThat(first.getSamples()).isEqualTo(64);
    assertThat(first.getModel()).isEqualTo(7);
    assertThat(first.getUnusable()).isFalse();
    assertThat(kafka.updates().get(1).getStep()).isEqualTo(2);
    assertThat(kafka.updates().get(1).getEndsEpoch()).isTrue();
    assertThat(kafka.updates().get(1).getUnusable()).isTrue();
  }

  @Test
  void aRankThatIsAddedAwaitsTheEndOfAnEpoch() throws Exception {
    kafka.publishAverage(MODEL, new SyncPoint(4, 3, true), 2, List.of(), 4, 5, 6);
    try (KafkaExchange exchange = new KafkaExchange(kafka.models(config, MODEL))) {
      assertThat(exchange.awaitEnd(4).sync()).isEqualTo(new Sync(4, 3, true));
    }
  }
}
