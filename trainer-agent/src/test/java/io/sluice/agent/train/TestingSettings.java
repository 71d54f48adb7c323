package io.sluice.agent.train;

import java.nio.file.Path;
import java.util.Optional;

/** Settings of small training runs on the CPU. */
final class TestingSettings {
  static final long SEED = 3;

  private TestingSettings() {}

  static TrainerSettings of(String model, int epochs, Optional<Path> checkpoints) {
    return of(model, epochs, 0.004f, SEED, 0, checkpoints);
  }

  static TrainerSettings of(
      String model,
      int epochs,
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
        seed,
        rank,
        checkpoints,
        DeviceChoice.CPU);
  }
}
