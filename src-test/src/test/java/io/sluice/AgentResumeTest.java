package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that stop amid a run and start again go on from their checkpoints. */
class AgentResumeTest {

  private final List<String> trained = new ArrayList<>();

  @Test
  void goesOnWithTheEpochAfterTheCheckpoint(@TempDir Path checkpoints) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          TestingRun.config(
              kafka,
              "agent-resume",
              Map.of(
                  "epochs", "4",
                  "dataset", "glyphs:300",
                  "model", "linear",
                  "prune-ratio", "0",
                  "checkpoint-dir", checkpoints.toString()));
      try (LocalRun run = LocalRun.start(flink, config)) {
        assertThatThrownBy(() -> run.train(rank -> listener("first", 1)))
            .hasMessageContaining("out of power");
        run.train(rank -> listener("second", Integer.MAX_VALUE));
      }

      assertThat(trained).containsExactly("first 0", "first 1", "second 2", "second 3");
      assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
      assertThat(TestingRun.read(config, config.topics().selectionPlans()))
          .as("selections 0 to 4, each once")
          .hasSize(5);
    }
  }

  /** Its epoch is closed, but not in its checkpoint. */
  @Test
  void trainsAnEpochAgainThatItHadClosedEarly(@TempDir Path checkpoints) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          TestingRun.config(
              kafka,
              "agent-early",
              Map.of(
                  "epochs", "4",
                  "dataset", "glyphs:300",
                  "model", "linear",
                  "policy", "full",
                  "batch-size", "10",
                  "early-close", "0.5",
                  "checkpoint-dir", checkpoints.toString()));
      try (LocalRun run = LocalRun.start(flink, config)) {
        assertThatThrownBy(() -> run.train(rank -> dying(config, 1, 200)))
            .hasMessageContaining("out of power");
        run.train(rank -> listener("second", Integer.MAX_VALUE));
      }

      assertThat(trained).containsExactly("first 0", "second 1", "second 2", "second 3");
      assertThat(TestingRun.read(config, config.topics().selectionPlans())).hasSize(5);
      // What came again for the closed epoch; its rest, which came again too, counts for the next.
      List<DeadLetter> letters =
          TestingRun.read(config, config.topics().deadLetters()).stream()
              .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
              .toList();
      assertThat(letters)
          .isNotEmpty()
          .allSatisfy(
              letter -> {
                assertThat(letter.getReason()).isEqualTo("late-loss");
                assertThat(letter.getDetail()).contains("losses of epoch 1 from rank 0; epoch 2");
              });
      assertThat(TestingRun.lossesEnded(config, 2))
          .as("the rest of epoch 1 and the first half of epoch 2")
          .isEqualTo(150 + 150);
    }
  }

  /** Fails within an epoch, when the next selection is made. */
  private TrainingListener dying(RunConfig config, int lastEpoch, int samples) {
    return new TrainingListener() {
      @Override
      public void batchDone(
          int epoch, long samplesDone, long total, double meanLoss, double perSecond) {
        if (epoch == lastEpoch && samplesDone == samples) {
          await()
              .atMost(Duration.ofSeconds(60))
              .until(
                  () ->
                      TestingRun.read(config, config.topics().selectionPlans()).size()
                          == lastEpoch + 2);
          throw new IllegalStateException("out of power");
        }
      }

      @Override
      public void epochDone(EpochResult result) {
        trained.add("first " + result.epoch());
      }
    };
  }

  /** Fails when the given epoch is done and its checkpoint written. */
  private TrainingListener listener(String name, int lastEpoch) {
    return new TrainingListener() {
      @Override
      public void epochDone(EpochResult result) {
        trained.add(name + " " + result.epoch());
        if (result.epoch() == lastEpoch) {
          throw new IllegalStateException("out of power");
        }
      }
    };
  }
}
