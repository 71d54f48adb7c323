package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A grid of real trainings, made small. */
class ExperimentTest {

  /** The arm in the middle only ends when it is interrupted. */
  private static final String GRID =
      """
      name: tiny
      settings: {dataset: "glyphs:600", model: linear, epochs: 3}
      seeds: [1, 2]
      savings: [0.5]
      baselines:
        full: {policy: full}
        endless: {policy: full, epochs: 100000}
      policies:
        random: {policy: random}
      """;

  @TempDir Path folder;

  @Test
  void goesOnAfterAnInterruption() throws Exception {
    Path file = Files.writeString(folder.resolve("tiny.yaml"), GRID);
    Path results = folder.resolve("out").resolve("tiny.jsonl");
    TestingProcess first = experiment("1", file);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> first.out().contains("1/6  full, seed 1") || !first.err().isEmpty());
    assertThat(first.err()).isEmpty();

    TestingProcess other = experiment("2", file);
    assertThat(other.await()).as("while the first writes").isEqualTo(1);
    assertThat(other.err()).contains("another sluice experiment writes to " + results);

    first.interrupt();
    assertThat(first.await()).isEqualTo(130);
    assertThat(first.err()).isEqualToIgnoringNewLines("sluice: stopped");
    assertThat(first.out())
        .endsWith(
            "Stopped with 1 of 6 runs done; the same command goes on from there."
                + System.lineSeparator());
    assertThat(first.leftovers()).isEmpty();
    String before = Files.readString(results);
    assertThat(before).hasLineCount(1);

    TestingProcess second = experiment("3", file, "--only", "full,random");
    assertThat(second.await()).as(second.err()).isZero();
    assertThat(second.err()).isEmpty();
    assertThat(second.leftovers()).isEmpty();
    assertThat(second.out()).contains("2/4  random, saving 50 %, seed 1").doesNotContain("1/4");
    assertThat(Files.readString(results)).startsWith(before).hasLineCount(4);
    assertThat(results.resolveSibling("tiny.md")).content().contains("4 of 6 runs are done");
    for (String line : Files.readAllLines(results)) {
      assertConsistent(JsonParser.parseString(line).getAsJsonObject());
    }
  }

  private static void assertConsistent(JsonObject run) {
    boolean full = run.get("arm").getAsString().equals("full");
    List<JsonObject> epochs =
        run.getAsJsonArray("epochs").asList().stream()
            .map(epoch -> epoch.getAsJsonObject())
            .toList();
    assertThat(epochs).hasSize(3).allMatch(epoch -> epoch.get("known").getAsLong() == 600);
    assertThat(epochs.get(0).get("trained").getAsLong()).isEqualTo(600);
    long later =
        epochs.get(1).get("trained").getAsLong() + epochs.get(2).get("trained").getAsLong();
    if (full) {
      assertThat(later).isEqualTo(1200);
    } else {
      // Of half of 1,800 samples the first epoch takes 600; five deviations of 15.
      assertThat(later).isBetween(225L, 375L);
    }
    assertThat(run.get("samples_full").getAsLong()).isEqualTo(1800);
    assertThat(run.get("samples_trained").getAsLong()).isEqualTo(600 + later);
    assertThat(run.get("final_test_accuracy")).isEqualTo(epochs.get(2).get("test_accuracy"));
    assertThat(epochs.get(2).get("elapsed_ms").getAsLong())
        .isGreaterThanOrEqualTo(epochs.get(0).get("elapsed_ms").getAsLong())
        .isLessThanOrEqualTo((long) (1000 * run.get("seconds").getAsDouble()));
    assertThat(run.get("train_seconds").getAsDouble())
        .isPositive()
        .isLessThan(run.get("seconds").getAsDouble());
  }

  private TestingProcess experiment(String process, Path file, String... more) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("experiment", file.toString()));
    arguments.addAll(List.of("--out", folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    return TestingProcess.start(
        Files.createDirectory(folder.resolve(process)), arguments.toArray(String[]::new));
  }
}
