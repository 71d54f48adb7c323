package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.TestingRun;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents' clocks are a day off and step backwards; no decision looks at them. */
@Tag("faults")
@Timeout(200)
class WrongClocksTest {

  private static final long DAY = Duration.ofDays(1).toMillis();

  /** Topics as Sluice makes them: the broker's clock counts, and refuses nobody. */
  @Test
  void selectionsAreTheSameWithTheBrokersTime() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "clocks", Map.of());
      train(config);
      assertThat(timestamps(config)).allMatch(time -> Math.abs(now() - time) < DAY / 2);
    }
  }

  /** Topics that somebody else made, with the agents' times. */
  @Test
  void selectionsAreTheSameWithTheAgentsTimes() throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "clocks", Map.of());
      try (Admin admin = Admin.create(config.kafkaProperties())) {
        NewTopic topic =
            new NewTopic(config.topics().lossEvents(), config.sharding().partitions(), (short) 1)
                .configs(
                    Map.of(
                        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                        TimestampType.CREATE_TIME.name,
                        TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                        Long.toString(Long.MAX_VALUE),
                        TopicConfig.RETENTION_MS_CONFIG,
                        "-1"));
        admin.createTopics(List.of(topic)).all().get();
      }
      train(config);
      assertThat(timestamps(config))
          .as("a day ahead")
          .anyMatch(time -> time > now() + DAY / 2)
          .as("a day behind")
          .anyMatch(time -> time < now() - DAY / 2);
    }
  }

  private static void train(RunConfig config) throws Exception {
    try (LocalFlink flink = LocalFlink.create(0, 2, LocalJob.settings())) {
      LocalJob job = LocalJob.submit(flink, config);
      try (SyntheticTrainer ahead = SyntheticTrainer.join(skewed(config, 24, 0), 0, 0);
          SyntheticTrainer behind = SyntheticTrainer.join(skewed(config, -24, 60), 1, 0)) {
        for (int epoch = 0; epoch < 3; epoch++) {
          ahead.train(epoch);
          behind.train(epoch);
        }
        ahead.begin(3);
        LossLog.assertAllApplied(config, ahead.reported() + behind.reported());
      }
      job.cancel();
      Selections.of(config).assertSameAs(FaultFreeRun.selections(3));
    }
  }

  private static RunConfig skewed(RunConfig config, int hours, int stepSeconds) {
    return config.with(
        Map.of(
            "kafka.interceptor.classes",
            SkewedClock.class.getName(),
            "kafka." + SkewedClock.HOURS,
            Integer.toString(hours),
            "kafka." + SkewedClock.STEP_SECONDS,
            Integer.toString(stepSeconds)),
        "test");
  }

  private static Stream<Long> timestamps(RunConfig config) {
    return TestingRun.read(config, config.topics().lossEvents()).stream()
        .map(ConsumerRecord::timestamp);
  }

  private static long now() {
    return System.currentTimeMillis();
  }
}
