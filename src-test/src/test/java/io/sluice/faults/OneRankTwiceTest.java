package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Two agents are started with one rank: the older one stops, and the run is the younger one's. */
class OneRankTwiceTest {

  @Test
  void theOlderAgentStopsAndItsLossesDoNotCount() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "one-rank-twice", Map.of());
      JobClient job =
          flink.submit(
              SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);
        trainers.begin(1);
        SyntheticTrainer older = trainers.rank(1);
        older.report(0, 0.3);
        older.awaitAcknowledged();

        try (SyntheticTrainer younger = SyntheticTrainer.join(config, 1, 1)) {
          // Wrong on purpose: were they to count, the selection would be another.
          older.reportAs(0.3, 1, -1000);
          older.awaitAcknowledged();
          await()
              .atMost(Duration.ofSeconds(30))
              .untilAsserted(
                  () ->
                      assertThatThrownBy(() -> older.report(1, 1))
                          .isInstanceOf(UserError.class)
                          .hasMessageStartingWith(
                              "another agent has taken over rank 1, so this one stops"));
          assertThatThrownBy(older::end).isInstanceOf(UserError.class);

          younger.begin(1);
          younger.report(0, 1);
          younger.end();
          trainers.rank(0).report(0, 1);
          trainers.rank(0).end();
          trainers.rank(0).begin(2);
        }
      }
      job.cancel().get();
      Selections.of(config).assertSameAs(FaultFreeRun.selections(2));
      assertThat(TestingRun.read(config, config.topics().deadLetters()))
          .isNotEmpty()
          .allSatisfy(
              record ->
                  assertThat(Json.read(record.value(), DeadLetter.newBuilder()).getReason())
                      .isEqualTo("fenced"));
    }
  }
}
