package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A broker dies amid epochs and comes back: nothing that it acknowledged is missing. */
@Timeout(300)
class BrokerKilledTest {

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void theOnlyBrokerDiesAndComesBack() throws Exception {
    KafkaProcesses kafka = KafkaProcesses.start(processes, 1);
    try (LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "one-broker", Map.of());
      JobClient job = submit(flink, config);
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);

        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.awaitAcknowledged();
        kafka.node(0).kill();
        trainers.report(0.5, 1);
        kafka.node(0).start();
        trainers.end();

        // The selection is being made and published when the broker dies.
        trainers.begin(2);
        trainers.report(0, 1);
        trainers.end();
        kafka.node(0).kill();
        kafka.node(0).start();
        trainers.train(3);
        trainers.begin(4);

        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selections(4));
      job.cancel().get();
    }
  }

  @Test
  @Tag("faults")
  void oneOfThreeBrokersDiesAndComesBackLater() throws Exception {
    KafkaProcesses kafka = KafkaProcesses.start(processes, 3);
    try (LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          FaultFreeRun.config(
              kafka.bootstrapServers(), "three-brokers", Map.of("replication", "3"));
      JobClient job = submit(flink, config);
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);

        trainers.begin(1);
        trainers.report(0, 0.5);
        trainers.awaitAcknowledged();
        TopicPartition partition = new TopicPartition(config.topics().lossEvents(), 0);
        int leader = kafka.leaderOf(partition);
        kafka.node(leader).kill();
        trainers.report(0.5, 1);
        trainers.end();
        trainers.train(2);
        assertThat(kafka.leaderOf(partition)).as("another leads").isNotEqualTo(leader);

        trainers.begin(3);
        trainers.report(0, 0.5);
        kafka.node(leader).start();
        kafka.awaitAll();
        trainers.report(0.5, 1);
        trainers.end();
        // The one that was away is in sync again: the next leader may die too.
        await().atMost(Duration.ofSeconds(60)).until(() -> kafka.inSync(partition) == 3);
        kafka.node(kafka.leaderOf(partition)).kill();
        trainers.train(4);
        trainers.begin(5);

        LossLog.assertAllApplied(config, trainers.reported());
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selections(5));
      job.cancel().get();
    }
  }

  private static JobClient submit(LocalFlink flink, RunConfig config) {
    return flink.submit(
        SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
  }
}
