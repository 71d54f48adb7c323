package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionPlan;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The time limit is below the reader's own patience: a failure must not have to wait for it. */
@Timeout(25)
class PlanReaderTest {

  @Test
  void tellsOfAPlanAndThenWhyThereIsNoOther() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      RunConfig config =
          RunConfig.defaults()
              .with(Map.of("run", "r", "bootstrap-servers", kafka.bootstrapServers()), "test");
      RunTopics.ensure(config, Role.JOB);
      try (PlanReader plans = PlanReader.start(config)) {
        SelectionPlan written = SelectionPlan.newBuilder().setEpoch(3).setKnown(7).build();
        write(config, Json.write(written));
        assertThat(plans.plan(3)).isEqualTo(written);

        write(config, "no plan at all".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> plans.plan(4))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("cannot read the plans: not the JSON expected");
        assertThat(plans.plan(3)).as("known before").isEqualTo(written);
      }
    }
  }

  private static void write(RunConfig config, byte[] plan) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.kafkaProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(config.topics().selectionPlans(), plan)).get();
    }
  }
}
