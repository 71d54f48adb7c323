package io.sluice.local.experiment;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Trains nothing: a thousand samples an epoch, and an accuracy that rises with the epochs. */
final class TestingTrainer implements Trainer {

  /** What it was asked to train. */
  final List<RunConfig> trained = new ArrayList<>();

  /** Number of runs after which it is interrupted. */
  int interruptedAfter = Integer.MAX_VALUE;

  /** Policy whose runs fail. */
  String failing = "";

  static Training training(int epochs) {
    return new Training(
        IntStream.range(0, epochs)
            .mapToObj(e -> new EpochLine(e, 1000, 500, 500, 0.5, e / 100.0, 2000, 7, 3, 2500))
            .toList(),
        Duration.ofSeconds(3));
  }

  @Override
  public Training train(RunConfig run, Watch watch) throws InterruptedException {
    if (trained.size() == interruptedAfter) {
      throw new InterruptedException();
    }
    if (run.get(Options.POLICY).equals(failing)) {
      throw new UserError("training diverged");
    }
    trained.add(run);
    return training(run.get(Options.EPOCHS).count());
  }
}
