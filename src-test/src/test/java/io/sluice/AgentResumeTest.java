package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
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
