package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real broker, real cluster, two real trainers: what is trained is what the losses call for. */
class EndToEndTest {

  private static final int SAMPLES = 601;
  private static final int EPOCHS = 3;

  /** By rank and epoch. */
  private final Map<Integer, Map<Integer, EpochSamples>> trained = new ConcurrentHashMap<>();

  private final Map<Integer, List<EpochResult>> results = new ConcurrentHashMap<>();

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void trainsOnWhatTheLossesOfTheEpochsBeforeCallFor(String backend) throws Exception {
    Configuration settings = new Configuration().set(StateBackendOptions.STATE_BACKEND, backend);
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, settings)) {
      RunConfig config =
          TestingRun.config(
              kafka,
              "end-to-end",
              Map.of(
                  "epochs", "" + EPOCHS,
                  "dataset", "glyphs:" + SAMPLES,
                  "model", "linear",
                  "clusters", "4",
                  "window-scale", "0.5",
                  "prune-ratio", "0.25",
                  "annealing-start", "1",
                  "smoothing", "0.5",
                  // So small that the default early-close leaves a rest.
                  "batch-size", "4",
                  "world-size", "2"));
      try (LocalRun run = LocalRun.start(flink, config)) {
        run.train(this::listener);
        // Nobody trains on the last plan, so it may still be on its way.
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(TestingRun.read(config, config.topics().selectionPlans()))
                        .hasSize(EPOCHS + 1));
      }

      Map<Long, Float> difficulty = new HashMap<>();
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        assertTrained(epoch, expectedSelection(config, epoch, difficulty));
        // Those that count for the epoch: the rest of the one before is among them.
        float smoothing = config.get(Options.SMOOTHING).floatValue();
        TestingRun.lossesOf(config, epoch)
            .forEach((id, loss) -> difficulty.merge(id, loss, (d, l) -> d + smoothing * (l - d)));
        if (epoch == 0) {
          assertThat(difficulty.size())
              .as("measured in epoch 0: all but what was left after the early close")
              .isBetween(SAMPLES * 9 / 10, SAMPLES * 97 / 100);
        }
      }
      assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
      assertThat(results.values())
          .allSatisfy(
              ofRank -> assertThat(ofRank).extracting(EpochResult::epoch).containsExactly(0, 1, 2));
    }
  }

  /** Each rank trains every W-th sample of the selection ordered by shard and local index. */
  private void assertTrained(int epoch, List<Long> selection) {
    for (int rank = 0; rank < 2; rank++) {
      EpochSamples samples = trained.get(rank).get(epoch);
      int offset = (rank + epoch) % 2;
      List<Long> slice =
          IntStream.range(0, selection.size() / 2 * 2)
              .filter(position -> position % 2 == offset)
              .mapToObj(selection::get)
              .toList();
      assertThat(samples.selected()).isEqualTo(selection.size());
      assertThat(samples.known()).isEqualTo(SAMPLES);
      assertThat(Arrays.stream(samples.ids()).boxed())
          .as("epoch %d, rank %d", epoch, rank)
          .containsExactlyInAnyOrderElementsOf(slice);
    }
  }

  private static List<Long> expectedSelection(
      RunConfig config, int epoch, Map<Long, Float> difficulty) {
    List<Long> selected =
        TestingExpectation.selection(
            config, epoch, LongStream.range(0, SAMPLES).boxed().toList(), difficulty);
    if (epoch == 0) {
      assertThat(selected).as("nothing is measured yet").hasSize(SAMPLES);
    } else {
      assertThat(selected.size()).as("a real choice").isBetween(1, SAMPLES * 9 / 10);
    }
    return selected;
  }

  private TrainingListener listener(int rank) {
    return new TrainingListener() {
      @Override
      public void epochStarted(EpochSamples samples) {
        trained.computeIfAbsent(rank, r -> new ConcurrentHashMap<>()).put(samples.epoch(), samples);
      }

      @Override
      public void epochDone(EpochResult result) {
        results.computeIfAbsent(rank, r -> new ArrayList<>()).add(result);
      }
    };
  }
}
