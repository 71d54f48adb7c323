package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.Console;
import io.sluice.local.TestingTerminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridProgressTest {

  @TempDir private Path folder;
  private final TestingTerminal terminal = new TestingTerminal();
  private long now;

  @Test
  void showsTheRunItsEpochAndHowLongTheRestTakes() throws IOException {
    List<PlannedRun> grid = TestingExperiments.read(folder, TestingExperiments.SMALL).grid();
    // full costs 10 epochs, seta with a saving of 0.3 costs 7.
    List<PlannedRun> left = List.of(grid.get(0), grid.get(3));
    try (GridProgress progress = progress(terminal.watched(120, false), left)) {
      progress.started(left.get(0));
      now += Duration.ofSeconds(20).toNanos();
      progress.at(4, 0.5);

      // 4.5 epochs took 20 s, so the other 12.5 take 55.6 s.
      assertThat(terminal.text()).endsWith("  8/10  full, seed 1, epoch 5/10  20.0 s, 55.6 s left");

      progress.finished(line(left.get(0)));
      progress.started(left.get(1));
      now += Duration.ofSeconds(14).toNanos();
      progress.at(5, 0);

      // 13.5 epochs took 34 s, so the other 3.5 take 8.8 s.
      assertThat(terminal.text())
          .contains("\r\u001b[K 9/10  full, seed 1")
          .endsWith("  9/10  seta, saving 30 %, seed 1, epoch 6/10  34.0 s, 8.8 s left");
    }
    assertThat(terminal.text()).endsWith("\r\u001b[K");
  }

  @Test
  void withoutAPersonThereAreOnlyLines() throws IOException {
    List<PlannedRun> grid = TestingExperiments.read(folder, TestingExperiments.SMALL).grid();
    try (GridProgress progress = progress(terminal.plain(), grid)) {
      progress.started(grid.get(0));
      progress.at(1, 0.5);
      progress.failed("the disk is full");
    }

    assertThat(terminal.lines())
        .containsExactly(" 1/10  full, seed 1                  failed: the disk is full");
  }

  private GridProgress progress(Console console, List<PlannedRun> left) {
    return new GridProgress(console, 10, left, () -> now);
  }

  private ResultLine line(PlannedRun run) throws IOException {
    return ResultLine.of(
        TestingExperiments.read(folder, TestingExperiments.SMALL),
        run,
        "1",
        TestingTrainer.training(10));
  }
}
