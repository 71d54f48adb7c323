package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.ModelClient;
import io.sluice.agent.client.RankModel;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.SharedModel;
import io.sluice.agent.client.SyncPoint;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model has to fit into the topics of its run, as they are set on the brokers. */
@Timeout(120)
class ModelTopicsTest {

  /** Three chunks. */
  private static final SharedModel MODEL = new SharedModel(1, 300_000);

  private static LocalKafka kafka;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void asTheTopicsAreMadeTheyCarryAModel() throws Exception {
    RunConfig config = config("fits");
    try (ModelClient models = ModelClient.open(config, MODEL)) {
      assertThat(models.newest()).isEmpty();
      try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 1)))) {
        models.joined(client);
        send(models);
      }
      assertThat(models.metrics().recordsSent()).isEqualTo(3);
      assertThat(models.metrics().bytesSent()).isGreaterThan(4 * 300_000);
    }
  }

  @Test
  void aTopicThatDoesNotIsFoundBeforeTraining() throws Exception {
    RunConfig config = config("small");
    RunTopics.ensure(config, Role.AGENT);
    set("small.model-averages", "max.message.bytes", "100000");

    assertThatThrownBy(() -> ModelClient.open(config, MODEL))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("max.message.bytes of topic small.model-averages is 100000, but");
  }

  /** As where this user may not know how the topics are set. */
  @Test
  void aChunkThatABrokerRefusesNamesTheSetting() throws Exception {
    RunConfig config = config("refused");
    try (ModelClient models = ModelClient.open(config, MODEL);
        SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 1)))) {
      models.joined(client);
      set("refused.model-updates", "max.message.bytes", "100000");

      assertThatThrownBy(() -> send(models))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("for topic refused.model-updates, partition")
          .hasMessageContaining("raise max.message.bytes of the topic");
    }
  }

  private static void send(ModelClient models) throws InterruptedException {
    models.send(new RankModel(new SyncPoint(0, 1, true), 2, 10, new float[300_000]));
  }

  private static RunConfig config(String run) {
    return TestingRun.config(kafka, run, Map.of("world-size", "2"));
  }

  private static void set(String topic, String key, String value) throws Exception {
    AlterConfigOp set = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(set)))
          .all()
          .get();
    }
  }
}
