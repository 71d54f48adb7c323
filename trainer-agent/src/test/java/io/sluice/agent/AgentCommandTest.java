package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.agent.train.BadModel;
import io.sluice.agent.train.DeviceChoice;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.SelectionFeed;
import io.sluice.agent.train.TrainerSettings;
import io.sluice.agent.train.TrainingListener;
import io.sluice.agent.train.TrainingLoop;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.RunConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AgentCommandTest {

  /** No broker is there to ask. */
  @Test
  void saysThatNothingIsLeftToTrain(@TempDir Path checkpoints) throws InterruptedException {
    train(checkpoints, 2);
    StringWriter out = new StringWriter();
    CommandLine command = AgentCommand.commandLine(Map.of()).setOut(new PrintWriter(out));

    int exitCode =
        command.execute(
            "--run=demo",
            "--bootstrap-servers=localhost:1",
            "--epochs=2",
            "--seed=3",
            "--dataset=glyphs:100",
            "--model=linear",
            "--device=cpu",
            "--checkpoint-dir=" + checkpoints);

    assertThat(exitCode).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "rank 0 has nothing left to train: its checkpoint is of the end of epoch 1, the last of"
                + " run demo");
  }

  @Test
  void saysWhatItIsAboutToDo() {
    RunConfig config = RunConfig.defaults().with(Map.of("rank", "1", "world-size", "4"), "test");
    RunConfig unbounded = config.with(Map.of("epochs", "unbounded"), "test");

    assertThat(AgentCommand.introduction(config, 3, "gpu(0)"))
        .isEqualTo("rank 1 of 4 trains cnn on glyphs from epoch 3 of 12, on gpu(0)");
    assertThat(AgentCommand.introduction(unbounded, 300, "cpu()"))
        .isEqualTo("rank 1 of 4 trains cnn on glyphs from epoch 300 until it is stopped, on cpu()");
  }

  private static void train(Path checkpoints, int epochs) throws InterruptedException {
    TrainerSettings settings =
        new TrainerSettings(
            "demo",
            "glyphs:100",
            "linear",
            64,
            0.002f,
            0.2f,
            new Epochs(epochs),
            epochs,
            3,
            0,
            0,
            BadModel.STOP,
            Optional.of(checkpoints),
            DeviceChoice.CPU);
    SampleSource source = SampleSources.open(settings.dataset(), settings.seed());
    try (TrainingLoop loop = new TrainingLoop(settings, source)) {
      loop.run(new TestingFeed(), new TrainingListener() {});
    }
  }

  /** Selects one sample. */
  private static final class TestingFeed implements SelectionFeed {

    @Override
    public Optional<EpochSamples> await(int epoch) {
      return Optional.of(new EpochSamples(epoch, new long[1], null, 1, 1, 100, Duration.ZERO));
    }

    @Override
    public void report(long[] ids, float[] losses, int count) {}

    @Override
    public void reportAgain(long[] ids, float[] losses, int count) {}

    @Override
    public void endEpoch(int epoch) {}

    @Override
    public void awaitDelivery() {}
  }
}
