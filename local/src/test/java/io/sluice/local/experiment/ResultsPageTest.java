package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/results.md are what the raw results beside it say. */
class ResultsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "results.md");
  private static final Path EXPERIMENTS = Path.of("..", "experiments");

  static List<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.list(EXPERIMENTS)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void thereAreSome() throws IOException {
    assertThat(experiments()).hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void tableIsThatOfTheResults(Path file) throws IOException {
    Report report = report(file);
    SavingTables tables = new SavingTables(report);
    // Of the others' runs nobody knows what else the machine did.
    List<String> table =
        report.experiment().equals("timing") ? tables.wallClock() : tables.accuracy();

    assertThat(report.runsDone()).as("runs done").isEqualTo(report.runsPlanned());
    assertThat(Files.readString(PAGE))
        .contains(
            "```\n./sluice experiment experiments/"
                + file.getFileName()
                + "\n```\n\n"
                + String.join("\n", table)
                + "\n\n");
  }

  private static Report report(Path file) throws IOException {
    Experiment experiment = ExperimentFile.read(file, base -> base);
    try (ResultsFile results =
        ResultsFile.read(EXPERIMENTS.resolve(experiment.name() + ".jsonl"))) {
      return Aggregation.report(experiment, results::find, "any");
    }
  }
}
