package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsFileTest {

  @TempDir private Path folder;
  private Path path;
  private Experiment experiment;
  private PlannedRun first;
  private PlannedRun second;

  @BeforeEach
  void name() throws IOException {
    path = folder.resolve("new").resolve("r.jsonl");
    experiment = TestingExperiments.read(folder, TestingExperiments.SMALL);
    first = experiment.grid().get(0);
    second = experiment.grid().get(1);
  }

  @Test
  void aLineHasTheKeysThatToolsRelyOn() throws IOException {
    addBoth();

    assertThat(Files.readString(path)).endsWith("}\n").hasLineCount(2);
    JsonObject full = json(0);
    assertThat(full.keySet())
        .containsExactly(
            "experiment",
            "arm",
            "saving",
            "seed",
            "key",
            "version",
            "settings",
            "samples_trained",
            "samples_full",
            "saved_fraction",
            "final_test_accuracy",
            "best_test_accuracy",
            "seconds",
            "train_seconds",
            "epochs");
    assertThat(full.get("saving").isJsonNull()).isTrue();
    assertThat(full.getAsJsonObject("settings").get("prune-ratio").toString()).isEqualTo("0.2");
    assertThat(full.getAsJsonArray("epochs").get(1))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"epoch": 1, "known": 1000, "selected": 500, "trained": 500, "loss": 0.5,
                 "test_accuracy": 0.01, "train_ms": 2000, "turnaround_ms": 7, "gpu_idle_ms": 3,
                 "elapsed_ms": 2500}
                """));
    JsonObject shorter = json(1);
    assertThat(shorter.get("saving").toString()).isEqualTo("0.3");
    assertThat(shorter.get("samples_trained").getAsLong()).isEqualTo(7 * 500);
    assertThat(shorter.get("samples_full").getAsLong())
        .as("of all 10 epochs, not of its 7")
        .isEqualTo(10_000);
    assertThat(shorter.get("saved_fraction").getAsDouble()).isEqualTo(0.65);
    assertThat(shorter.get("train_seconds").getAsDouble()).isEqualTo(14);
  }

  @Test
  void theBestAccuracyNeedNotBeTheLast() {
    Trainer.Training training =
        new Trainer.Training(
            List.of(
                new EpochLine(0, 10, 10, 10, null, 0.75, 1, 0, 0, 1),
                new EpochLine(1, 10, 10, 10, 0.1, 0.5, 1, 0, 0, 2)),
            TestingTrainer.training(1).time());

    ResultLine line = ResultLine.of(experiment, first, "v", training);

    assertThat(line.bestTestAccuracy()).isEqualTo(0.75);
    assertThat(line.finalTestAccuracy()).isEqualTo(0.5);
    assertThat(ResultLine.parse(line.toJson()).epochs()).isEqualTo(training.epochs());
  }

  @Test
  void findsAgainWhatWasAdded() throws IOException {
    addBoth();

    try (ResultsFile file = ResultsFile.open(path)) {
      assertThat(file.find(first).orElseThrow().key()).isEqualTo(first.key());
      assertThat(file.find(second)).isPresent();
      assertThat(file.find(experiment.grid().get(3))).isEmpty();
    }
  }

  /** However much of the last line has come to the disk. */
  @Test
  void aLineThatACrashHasTornIsLeftOutAndDroppedWithTheNextRun() throws IOException {
    addBoth();
    byte[] whole = Files.readAllBytes(path);
    String text = Files.readString(path);
    int lineTwo = text.indexOf('\n') + 1;
    for (int size = lineTwo + 1; size < whole.length - 1; size += 37) {
      Files.write(path, java.util.Arrays.copyOf(whole, size));

      assertThat(ResultsFile.read(path).find(second)).isEmpty();
      assertThat(path).as("only read").hasSize(size);
      try (ResultsFile file = ResultsFile.open(path)) {
        assertThat(file.find(first)).isPresent();
        assertThat(file.find(second)).isEmpty();
        file.add(line(second));
      }
      assertThat(path).hasContent(text);
    }
  }

  @Test
  void aLineThatLacksNothingButItsBreakIsKept() throws IOException {
    addBoth();
    String text = Files.readString(path);
    Files.writeString(path, text.stripTrailing());

    try (ResultsFile file = ResultsFile.open(path)) {
      assertThat(file.find(second)).isPresent();
      file.add(line(second));
    }

    assertThat(Files.readString(path)).startsWith(text).hasLineCount(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"key\": \"a", "not JSON", "{\"key\": 3}", "[1]", ""})
  void aLineInBetweenThatIsNoResultIsAClearError(String wrong) throws IOException {
    addBoth();
    Files.writeString(path, wrong + "\n" + Files.readString(path));

    assertThatThrownBy(() -> ResultsFile.open(path))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("line 1 of the results file " + path + " is not a result");
  }

  @Test
  void ofSeveralOutcomesOfARunTheLastCounts() throws IOException {
    addBoth();
    String again = line(first).toJson().replace("\"version\":\"1\"", "\"version\":\"2\"");
    Files.writeString(path, again + "\n", StandardOpenOption.APPEND);

    assertThat(ResultsFile.read(path).find(first).orElseThrow().version()).isEqualTo("2");
  }

  @Test
  void onlyOneMayWrite() {
    try (ResultsFile file = ResultsFile.open(path)) {
      assertThatThrownBy(() -> ResultsFile.open(path))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("another sluice experiment writes to " + path);
      file.add(line(first));
    }
    ResultsFile.open(path).close();
  }

  @Test
  void aFolderThatCannotBeMadeIsAClearLine() throws IOException {
    Path taken = Files.writeString(folder.resolve("file"), "x");

    assertThatThrownBy(() -> ResultsFile.open(taken.resolve("r.jsonl")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot make the folder " + taken);
  }

  @Test
  void thereNeedBeNone() {
    assertThat(ResultsFile.read(path).find(first)).isEmpty();
    assertThat(path).doesNotExist();
  }

  private void addBoth() {
    try (ResultsFile file = ResultsFile.open(path)) {
      file.add(line(first));
      file.add(line(second));
    }
  }

  private ResultLine line(PlannedRun run) {
    return ResultLine.of(experiment, run, "1", TestingTrainer.training(run.epochs()));
  }

  private JsonObject json(int line) throws IOException {
    return JsonParser.parseString(Files.readAllLines(path).get(line)).getAsJsonObject();
  }
}
