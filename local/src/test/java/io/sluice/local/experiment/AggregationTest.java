package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.local.experiment.Report.ArmReport;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against figures that were worked out by hand. */
class AggregationTest {

  private static final double EXACT = 1e-12;

  @TempDir private Path folder;
  private final Map<String, ResultLine> results = new HashMap<>();
  private Experiment experiment;

  @BeforeEach
  void results() throws IOException {
    experiment =
        TestingExperiments.read(
            folder,
            """
            name: worked
            settings: {dataset: "glyphs:100", model: linear, epochs: 2}
            seeds: [1, 2, 3]
            savings: [0.3, 0.5]
            baselines: {full: {policy: full}}
            policies: {seta: {policy: seta, clusters: 3}, random: {policy: random}}
            """);
    // Of each epoch: trained, accuracy, seconds on training, seconds since the start.
    result("full", "", 1, 100, 0.5, 2, 3, 100, 0.90, 2, 6);
    result("full", "", 2, 100, 0.6, 3, 4, 100, 0.93, 3, 8);
    result("full", "", 3, 100, 0.7, 4, 5, 100, 0.96, 4, 10);
    result("seta", "0.3", 1, 100, 0.4, 2, 3, 40, 0.92, 1, 5);
    result("seta", "0.3", 2, 100, 0.6, 2, 3, 60, 0.90, 1, 6);
    result("seta", "0.3", 3, 100, 0.5, 2, 3, 20, 0.94, 1, 4);
    result("seta", "0.5", 2, 100, 0.5, 2, 3, 0, 0.91, 1, 4);
  }

  @Test
  void figuresAreMeansOverTheSeeds() {
    ArmReport seta = arm("seta", "0.3");

    assertThat(seta.runs()).isEqualTo(3);
    assertThat(seta.seeds()).containsExactly(1L, 2L, 3L);
    assertThat(seta.samplesTrained()).isEqualTo(140);
    assertThat(seta.savedFraction()).isEqualTo(0.3, within(EXACT));
    assertThat(seta.seconds()).isEqualTo(5);
    assertThat(seta.trainSeconds()).isEqualTo(3);
    assertThat(seta.finalTestAccuracy().mean()).isEqualTo(0.92, within(EXACT));
    assertThat(seta.finalTestAccuracy().min()).isEqualTo(0.90);
    assertThat(seta.finalTestAccuracy().max()).isEqualTo(0.94);
    assertThat(seta.finalTestAccuracy().spread()).isEqualTo(0.04, within(EXACT));
    // Deviations 0, -0.02 and 0.02: the root of 0.0008 / 2.
    assertThat(seta.finalTestAccuracy().standardDeviation()).isEqualTo(0.02, within(EXACT));
    assertThat(seta.settings()).isEqualTo(Map.of("clusters", 3, "budget", 0.7));
  }

  @Test
  void fullTrainingIsWhatTheOthersAreComparedWith() {
    Report.AgainstFull seta = arm("seta", "0.3").againstFull();
    assertThat(seta.runs()).isEqualTo(3);
    assertThat(seta.accuracy()).isEqualTo(0.92 - 0.93, within(EXACT));
    assertThat(seta.worstAccuracy()).as("seed 2").isEqualTo(0.90 - 0.93, within(EXACT));
    assertThat(seta.seconds()).isEqualTo(5.0 / 8, within(EXACT));
    assertThat(seta.trainSeconds()).isEqualTo(3.0 / 6, within(EXACT));

    assertThat(arm("full", "").againstFull().accuracy()).isZero();
    assertThat(report().full()).isEqualTo("full");
  }

  @Test
  void aSeedIsComparedWithFullTrainingOfItsOwn() {
    result("full", "", 2, 100, 0.6, 3, 4, 100, 0.99, 3, 8);

    Report.AgainstFull seta = arm("seta", "0.5").againstFull();

    assertThat(seta.runs()).isEqualTo(1);
    assertThat(seta.accuracy()).isEqualTo(0.91 - 0.99, within(EXACT));
    assertThat(seta.seconds()).isEqualTo(4.0 / 8);
    assertThat(arm("seta", "0.5").finalTestAccuracy().standardDeviation()).isNull();
  }

  @Test
  void withoutFullTrainingOfASeedThereIsNothingToCompare() {
    results.keySet().removeIf(key -> results.get(key).arm().equals("full"));

    assertThat(arm("seta", "0.3").againstFull()).isNull();
    assertThat(report().full()).isEqualTo("full");
  }

  @Test
  void curvesAreMeansAfterEachEpoch() {
    assertThat(arm("full", "").curve()).hasSize(2);
    Report.Point first = arm("full", "").curve().get(0);
    assertThat(first.testAccuracy()).isEqualTo(0.6, within(EXACT));
    assertThat(first.seconds()).isEqualTo(4);
    Report.Point last = arm("seta", "0.3").curve().get(1);
    assertThat(last.epoch()).isEqualTo(1);
    assertThat(last.samplesTrained()).isEqualTo(140);
    assertThat(last.seconds()).isEqualTo(5);
    assertThat(last.testAccuracy()).isEqualTo(0.92, within(EXACT));
  }

  @Test
  void armsWithoutAResultAreLeftOut() {
    Report report = report();

    assertThat(report.runsDone()).isEqualTo(7);
    assertThat(report.runsPlanned()).isEqualTo(15);
    assertThat(report.arms().stream().map(arm -> arm.arm() + " " + arm.saving()))
        .containsExactly("full null", "seta 0.3", "seta 0.5");
  }

  @Test
  void isWrittenAsJsonForTools() {
    JsonObject json = JsonParser.parseString(report().toJson()).getAsJsonObject();

    assertThat(json.keySet())
        .containsExactly(
            "experiment",
            "version",
            "settings",
            "epochs",
            "seeds",
            "savings",
            "runs_done",
            "runs_planned",
            "full",
            "arms");
    JsonObject full = json.getAsJsonArray("arms").get(0).getAsJsonObject();
    assertThat(full.get("saving").isJsonNull()).isTrue();
    assertThat(full.getAsJsonArray("curve").get(0).getAsJsonObject().keySet())
        .containsExactly("epoch", "samples_trained", "seconds", "test_accuracy");
    assertThat(full.getAsJsonObject("against_full").keySet())
        .containsExactly("runs", "accuracy", "worst_accuracy", "seconds", "train_seconds");
  }

  @Test
  void isWrittenAsMarkdownForPeople() throws IOException {
    assertThat(MarkdownReport.of(report()))
        .isEqualTo(
            Files.readString(
                Path.of("src", "test", "resources", "golden", "experiment-report.md")));
  }

  @Test
  void timeIsNotHeldAgainstNextToNoSavedSamples() throws IOException {
    experiment =
        TestingExperiments.read(
            folder,
            """
            name: worked
            settings: {dataset: "glyphs:100", model: linear, epochs: 2}
            seeds: [1]
            baselines: {full: {policy: full}, little: {prune-ratio: 0}, some: {prune-ratio: 0.5}}
            """);
    result("full", "", 1, 100, 0.5, 2, 3, 100, 0.90, 2, 10);
    result("little", "", 1, 100, 0.5, 2, 3, 99, 0.90, 2, 8);
    result("some", "", 1, 100, 0.5, 2, 3, 90, 0.90, 2, 8);

    assertThat(new SavingTables(report()).wallClock())
        .containsExactly(
            "| baseline | saved | wall clock |",
            "|---|---:|---:|",
            "| full | 0.0 % | 10.0 s |",
            "| little | 0.5 % | 8.0 s, 80 % |",
            "| some | 5.0 % | 8.0 s, 80 % (4.00) |");
  }

  @Test
  void withoutAResultItSaysSo() {
    results.clear();

    assertThat(MarkdownReport.of(report()))
        .isEqualTo(
            """
            # worked

            linear on glyphs:100, 2 epochs, seeds 1, 2, 3. 0 of 15 runs are done. Made by Sluice 1.2.
            """);
  }

  private Report report() {
    return Aggregation.report(
        experiment, run -> Optional.ofNullable(results.get(run.key())), "1.2");
  }

  private ArmReport arm(String name, String saving) {
    return report().arms().stream()
        .filter(arm -> arm.arm().equals(name))
        .filter(
            arm ->
                saving.isEmpty()
                    ? arm.saving() == null
                    : new BigDecimal(saving).compareTo(arm.saving()) == 0)
        .findFirst()
        .orElseThrow();
  }

  private void result(
      String arm,
      String saving,
      long seed,
      long trained0,
      double accuracy0,
      int train0,
      int elapsed0,
      long trained1,
      double accuracy1,
      int train1,
      int elapsed1) {
    PlannedRun run = TestingExperiments.run(experiment, arm, saving, seed);
    List<EpochLine> epochs =
        List.of(
            epoch(0, trained0, accuracy0, train0, elapsed0),
            epoch(1, trained1, accuracy1, train1, elapsed1));
    Trainer.Training training = new Trainer.Training(epochs, Duration.ofSeconds(elapsed1));
    results.put(run.key(), ResultLine.of(experiment, run, "1.2", training));
  }

  private static EpochLine epoch(
      int epoch, long trained, double accuracy, int trainSeconds, int elapsedSeconds) {
    return new EpochLine(
        epoch,
        100,
        trained,
        trained,
        0.1,
        accuracy,
        trainSeconds * 1000L,
        0,
        0,
        elapsedSeconds * 1000L);
  }
}
