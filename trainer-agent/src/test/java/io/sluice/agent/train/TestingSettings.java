package io.sluice.agent.train;

import io.sluice.protocol.config.Epochs;
import java.nio.file.Path;
import java.util.Optional;

/** Settings of small training runs on the CPU. */
final class TestingSettings {
  static final long SEED = 3;

  private TestingSettings() {}

  static TrainerSettings of(String model, int epochs, Optional<Path> checkpoints) {
    return of(model, epochs, 0.004f, SEED, 0, checkpoints);
  }

  /** A run without an end, whose learning rate begins again after {@code cycle} epochs. */
  static TrainerSettings unbounded(String model, int cycle, Path checkpoints) {
    return of(model, Epochs.UNBOUNDED, cycle, 0.004f, SEED, 0, Optional.of(checkpoints));
  }

  static TrainerSettings of(
      String model,
      int epochs,
      float learningRate,
      long seed,
      int rank,
      Optional<Path> checkpoints) {
    return of(model, new Epochs(epochs), epochs, learningRate, seed, rank, checkpoints);
  }

  /** One of several ranks of one model. */
  static TrainerSettings averaged(
      String model,
      int epochs,
      int rank,
      int batchSize,
      int syncEvery,
      BadModel badModel,
      Optional<Path> checkpoints) {
    TrainerSettings s = of(model, epochs, 0.004f, SEED, rank, checkpoints);
    return new TrainerSettings(
        s.run(),
        s.dataset(),
        s.model(),
        batchSize,
        s.learningRate(),
        s.weightDecay(),
        s.epochs(),
        s.cycle(),
        s.seed(),
        s.rank(),
        syncEvery,
        badModel,
        s.checkpointDir(),
        s.device());
  }

  private static TrainerSettings of(
      String model,
      Epochs epochs,
      int cycle,
      float learningRate,
      long seed,
      int rank,
      Optional<Path> checkpoints) {
    return new TrainerSettings(
        "demo",
        "glyphs:1000",
        model,
        32,
        learningRate,
        0.1f,
        epochs,
        cycle,
        seed,
        rank,
        0,
        BadModel.STOP,
        checkpoints,
        DeviceChoice.CPU);
  }
}
