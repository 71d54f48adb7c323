package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingMetrics;
import io.sluice.TestingRun;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.RepeatingClient;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Records that are written twice change nothing, and each of them is counted. */
class RepeatsTest {

  private static final int EPOCHS = 6;

  @Test
  void oneInTwentyRecordsIsWrittenTwice() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          FaultFreeRun.config(kafka.bootstrapServers(), "repeats", Map.of("loss-buffer", "1024"));
      JobClient job =
          flink.submit(
              SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
      AtomicInteger repeats = new AtomicInteger();
      try (Trainers trainers = Trainers.join(config, rank -> join(config, rank, repeats))) {
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
          trainers.train(epoch);
        }
        trainers.begin(EPOCHS);
      }

      assertThat(repeats.get()).as("what was written twice").isGreaterThan(10);
      TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(repeatsCounted(metrics)).isEqualTo(repeats.get()));
      assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
      Selections.of(config).assertSameAs(FaultFreeRun.selections(EPOCHS));
      job.cancel().get();
    }
  }

  private static double repeatsCounted(TestingMetrics metrics) {
    return Stream.of("batch", "end", "samples", "join")
        .mapToDouble(
            kind -> metrics.sum("difficulty-tracker.reason.repeated-" + kind + ".rejected"))
        .sum();
  }

  private static SyntheticTrainer join(RunConfig config, int rank, AtomicInteger repeats)
      throws InterruptedException {
    return new SyntheticTrainer(
        RepeatingClient.join(
            config.with(Map.of("rank", Integer.toString(rank)), "test"),
            0,
            rank == 0 ? List.of(new IdRange(0, SyntheticTrainer.SAMPLES)) : List.of(),
            0.05,
            rank,
            repeats),
        rank);
  }
}
