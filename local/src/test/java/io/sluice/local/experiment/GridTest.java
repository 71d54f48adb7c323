package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.local.TestingTerminal;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridTest {

  private static final String SMALL = TestingExperiments.SMALL;

  @TempDir private Path folder;
  private final TestingTerminal terminal = new TestingTerminal();

  @Test
  void trainsEachRunAndSaysWhatCameOfIt() throws Exception {
    TestingTrainer trainer = train(SMALL);

    assertThat(trainer.trained).hasSize(10);
    assertThat(terminal.lines())
        .hasSize(10)
        .contains(
            " 2/10  shorter, saving 30 %, seed 1        3,500 samples  saved 65.0 %  accuracy 6.00"
                + " %  in 3.0 s");
    assertThat(folder.resolve("small.jsonl")).content().hasLineCount(10);
    assertThat(folder.resolve("small.md")).content().contains("10 of 10 runs are done");
    assertThat(folder.resolve("small.json")).content().contains("\"runs_done\": 10");
    assertThat(folder.resolve("small.html")).content().contains("Sluice experiment: small");
  }

  @Test
  void goesOnWhereItWasInterrupted() throws Exception {
    TestingTrainer first = new TestingTrainer();
    first.interruptedAfter = 3;
    assertThatThrownBy(() -> train(SMALL, first)).isInstanceOf(InterruptedException.class);
    assertThat(terminal.lines())
        .last()
        .isEqualTo("Stopped with 3 of 10 runs done; the same command goes on from there.");
    assertThat(folder.resolve("small.md")).content().contains("3 of 10 runs are done");

    TestingTrainer second = train(SMALL);

    assertThat(second.trained).hasSize(7).doesNotContainAnyElementsOf(first.trained);
    assertThat(train(SMALL).trained).isEmpty();
  }

  @Test
  void aRunThatACrashToreIsTrainedAgain() throws Exception {
    train(SMALL);
    Path results = folder.resolve("small.jsonl");
    String text = Files.readString(results);
    Files.writeString(results, text.substring(0, text.length() - 20));

    assertThat(train(SMALL).trained).hasSize(1);
    assertThat(results).hasContent(text);
  }

  @Test
  void aChangedArmAloneIsTrainedAgainAndWhatIsStaleIsNotReported() throws Exception {
    train(SMALL);

    TestingTrainer changed =
        train(SMALL.replace("seta: {policy: seta}", "seta: {policy: seta, clusters: 3}"));

    assertThat(changed.trained)
        .hasSize(4)
        .allMatch(run -> run.get(Options.CLUSTERS) == 3)
        .allMatch(run -> run.get(Options.POLICY).equals("seta"));
    assertThat(folder.resolve("small.jsonl")).content().hasLineCount(14);
    assertThat(folder.resolve("small.md")).content().contains("10 of 10 runs are done");
  }

  @Test
  void aSeedMoreIsTrainedAlone() throws Exception {
    train(SMALL);

    assertThat(train(SMALL.replace("seeds: [1, 2]", "seeds: [1, 2, 3]")).trained)
        .hasSize(5)
        .allMatch(run -> run.get(Options.SEED) == 3);
  }

  @Test
  void armsOfTheSameSettingsShareTheirRuns() throws Exception {
    String twice = SMALL + "  again: {policy: seta}\n  other: {policy: full, budget: 1}\n";

    assertThat(train(twice).trained).hasSize(10);
    assertThat(folder.resolve("small.md"))
        .content()
        .contains("10 of 10 runs are done", "| again | 30 % | 2 |", "| other | 50 % | 2 |");
  }

  @Test
  void aRunThatFailsLeavesTheOthersTheirTurn() throws Exception {
    TestingTrainer trainer = new TestingTrainer();
    trainer.failing = "seta";

    assertThatThrownBy(() -> train(SMALL, trainer))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "4 of 10 runs failed (seta, saving 30 %, seed 1; seta, saving 50 %, seed 1;"
                + " seta, saving 30 %, seed 2; seta, saving 50 %, seed 2);"
                + " the same command tries them again");
    assertThat(trainer.trained).hasSize(6);
    assertThat(terminal.text()).contains("seta, saving 50 %, seed 2     failed: training diverged");
    assertThat(train(SMALL).trained).hasSize(4);
  }

  @Test
  void whenNothingWorksItEndsAtOnce() {
    TestingTrainer trainer = new TestingTrainer();
    trainer.failing = "full";

    assertThatThrownBy(() -> train(SMALL, trainer))
        .isInstanceOf(UserError.class)
        .hasMessage("training diverged");
    assertThat(trainer.trained).isEmpty();
  }

  @Test
  void theArmsThatAreWantedCountAlone() throws Exception {
    Experiment experiment = TestingExperiments.read(folder, SMALL);
    try (ResultsFile results = ResultsFile.read(folder.resolve("none.jsonl"))) {
      Grid.Work work = Grid.work(experiment, results, arm -> arm.name().equals("seta"));

      assertThat(work.planned()).isEqualTo(4);
      assertThat(work.left()).hasSize(4);
    }
  }

  private TestingTrainer train(String yaml) throws Exception {
    TestingTrainer trainer = new TestingTrainer();
    train(yaml, trainer);
    return trainer;
  }

  private void train(String yaml, Trainer trainer) throws IOException, InterruptedException {
    Experiment experiment = TestingExperiments.read(folder, yaml);
    Grid grid = new Grid(terminal.plain(), experiment, folder, "1");
    try (ResultsFile results = ResultsFile.open(grid.resultsPath())) {
      grid.train(Grid.work(experiment, results, arm -> true), results, trainer);
    }
  }
}
