package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingMetrics;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Ranks that are an epoch ahead of the others, or behind, come to the same. */
class EpochOrderTest {

  private static final int SAMPLES = 200;

  private LocalFlink flink;

  @Test
  void whoRunsAheadComesToWhatTheInOrderRunComesTo() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink cluster = LocalFlink.create(0, 2)) {
      flink = cluster;
      RunConfig inOrder = FaultFreeRun.config(kafka.bootstrapServers(), "in-order", Map.of());
      JobClient first = submit(inOrder);
      try (SelectionClient zero = join(inOrder, 0);
          SelectionClient one = join(inOrder, 1)) {
        for (int epoch = 0; epoch < 3; epoch++) {
          report(zero, 0, epoch);
          report(one, 1, epoch);
          zero.endEpoch(epoch);
          one.endEpoch(epoch);
          zero.awaitSelection(epoch + 1, Duration.ofSeconds(60));
        }
      }
      first.cancel().get();

      RunConfig ahead = FaultFreeRun.config(kafka.bootstrapServers(), "ahead", Map.of());
      JobClient second = submit(ahead);
      try (SelectionClient zero = join(ahead, 0);
          SelectionClient one = join(ahead, 1)) {
        for (int epoch = 0; epoch < 3; epoch++) {
          SelectionClient leader = epoch % 2 == 0 ? zero : one;
          SelectionClient follower = epoch % 2 == 0 ? one : zero;
          int leading = epoch % 2;
          if (epoch == 0) {
            report(leader, leading, epoch);
          }
          leader.closeEpoch(epoch).get();
          report(leader, leading, epoch + 1); // while the other has not begun with this one
          leader.flush().get();
          report(follower, 1 - leading, epoch);
          follower.endEpoch(epoch);
          if (epoch < 2) {
            report(follower, 1 - leading, epoch + 1);
          }
          follower.awaitSelection(epoch + 1, Duration.ofSeconds(60));
        }
      }
      Selections.of(ahead).assertSameAs(Selections.of(inOrder));
      second.cancel().get();
    }
  }

  @Test
  void lossesOfAClosedEpochAreCountedAndChangeNothing() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink cluster = LocalFlink.create(0, 2)) {
      flink = cluster;
      RunConfig config = FaultFreeRun.config(kafka.bootstrapServers(), "late", Map.of());
      JobClient job = submit(config);
      try (Trainers trainers = Trainers.join(config)) {
        trainers.train(0);
        trainers.begin(1);
        trainers.report(0, 1);
        trainers.end();
        trainers.begin(2);
        // Started again without its newest checkpoint, a rank trains epoch 1 once more.
        try (SyntheticTrainer late = SyntheticTrainer.join(config, 1, 1)) {
          late.begin(1);
          late.reportAs(0, 1, 77);
          late.end();
          late.begin(2);
          late.report(0, 1);
          late.end();
          trainers.rank(0).report(0, 1);
          trainers.rank(0).end();
          trainers.rank(0).begin(3);

          TestingMetrics metrics = new TestingMetrics(flink.uiAddress());
          double sliceOfEpochOne = (double) late.reported() - late.sliceSize();
          await()
              .atMost(Duration.ofSeconds(30))
              .untilAsserted(
                  () ->
                      assertThat(metrics.sum("difficulty-tracker.reason.late-loss.rejected"))
                          .isEqualTo(sliceOfEpochOne));
        }
      }
      Selections.of(config).assertSameAs(FaultFreeRun.selections(3));
      job.cancel().get();
    }
  }

  private JobClient submit(RunConfig config) {
    return flink.submit(
        SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
  }

  private static SelectionClient join(RunConfig config, int rank) throws InterruptedException {
    return SelectionClient.join(
        config.with(Map.of("rank", Integer.toString(rank)), "test"),
        0,
        rank == 0 ? List.of(new IdRange(0, SAMPLES)) : List.of());
  }

  /** Every second sample is a rank's, whatever is selected. */
  private static void report(SelectionClient client, int rank, int epoch) {
    long[] ids = LongStream.range(0, SAMPLES).filter(id -> id % 2 == rank).toArray();
    float[] losses = new float[ids.length];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = SyntheticTrainer.loss(epoch, ids[i]);
    }
    client.report(epoch, ids, losses, losses.length);
  }
}
