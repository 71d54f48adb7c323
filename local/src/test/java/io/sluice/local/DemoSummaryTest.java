package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.local.DemoSummary.Epoch;
import io.sluice.local.DemoSummary.Training;
import io.sluice.local.report.PlanFigures;
import io.sluice.local.report.SelectionCounts;
import io.sluice.local.report.TestingPlans;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoSummaryTest {

  private static final Training TRAINING =
      Training.of(
          List.of(
              new Epoch(
                  PlanFigures.of(TestingPlans.first().build()), 100, 100, 80, 95, 12, 1, 30, 0.5),
              new Epoch(
                  PlanFigures.of(TestingPlans.older(1).build()), 40, 40, 7, 2, 5, 2, 50, 0.75)),
          Duration.ofMillis(1_250),
          new SelectionCounts(
              2,
              List.of(new SelectionCounts.Times(7, 2)),
              List.of(),
              List.of(new SelectionCounts.Tally(2, 1))));

  private static final RunConfig CONFIG =
      RunConfig.defaults()
          .with(Map.of("run", "2024", "clusters", "7", "window-scale", "0.25"), "test");

  @TempDir private Path folder;

  @Test
  void hasTheKeysThatToolsRelyOn() {
    JsonObject json = parse(summary(Optional.empty()));

    assertThat(json.keySet())
        .containsExactly(
            "settings",
            "epochs",
            "samples_trained",
            "samples_full",
            "saved_fraction",
            "final_test_accuracy",
            "averages",
            "seconds",
            "selections");
    assertThat(json.getAsJsonArray("epochs").get(1))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"epoch": 1, "policy": "seta", "known": 100, "unseen": 0, "window_start": 1,
                 "window_size": 2, "annealing": false, "centers": [0.05, 1.05, 8.0],
                 "sizes": [60, 30, 10], "lowers": [0.01, 1.0, 8.0], "uppers": [0.07, 1.09, 8.0],
                 "bands": [{"lower": 1.0, "upper": 8.0, "freshness": "any", "split_from": 0.0,
                   "split_to": 1.0, "keep": 0.8, "weight": 1.0, "by_inclusion": false}],
                 "top_ups": [],
                 "distribution": [], "hardest": [], "selected": 40, "trained": 40,
                 "turnaround_ms": 7, "gpu_idle_ms": 2, "train_ms": 5, "averages": 2,
                 "averaging_ms": 50, "test_accuracy": 0.75}
                """));
    assertThat(json.get("samples_trained").getAsLong()).isEqualTo(140);
    assertThat(json.get("samples_full").getAsLong()).isEqualTo(200);
    assertThat(json.get("saved_fraction").getAsDouble()).isEqualTo(1 - 140 / 200.0);
    assertThat(json.get("final_test_accuracy").getAsDouble()).isEqualTo(0.75);
    assertThat(json.get("averages").getAsLong()).isEqualTo(3);
    assertThat(json.get("seconds").getAsDouble()).isEqualTo(1.25);
    assertThat(json.get("selections"))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"selections": 2, "most_selected": [{"id": 7, "times": 2}], "hardest": [],
                 "samples_by_times": [{"times": 2, "samples": 1}]}
                """));
  }

  @Test
  void numbersAmongTheSettingsAreNumbers() {
    JsonObject settings = parse(summary(Optional.empty())).getAsJsonObject("settings");

    assertThat(settings.get("clusters").toString()).isEqualTo("7");
    assertThat(settings.get("epochs").toString()).isEqualTo("12");
    assertThat(settings.get("window-scale").toString()).isEqualTo("0.25");
    assertThat(settings.get("run").toString()).isEqualTo("\"2024\"");
    assertThat(settings.get("policy").toString()).isEqualTo("\"seta\"");
    assertThat(settings.has("bootstrap-servers")).isFalse();
  }

  @Test
  void aRunWithoutAnEndSaysSoInWords() {
    RunConfig config = CONFIG.with(Map.of("epochs", "unbounded"), "test");

    JsonObject settings =
        parse(new DemoSummary(EffectiveSettings.of(config), TRAINING, Optional.empty()))
            .getAsJsonObject("settings");

    assertThat(settings.get("epochs").toString()).isEqualTo("\"unbounded\"");
    assertThat(settings.get("anneal-every").toString()).isEqualTo("0");
  }

  @Test
  void theBaselineHasTheSameKeys() {
    JsonObject json = parse(summary(Optional.of(TRAINING)));

    assertThat(json.getAsJsonObject("baseline").keySet())
        .containsExactly(
            "epochs",
            "samples_trained",
            "samples_full",
            "saved_fraction",
            "final_test_accuracy",
            "averages",
            "seconds",
            "selections");
  }

  @Test
  void replacesTheFileAndLeavesNoDraft() throws IOException {
    Path file = Files.writeString(folder.resolve("s.json"), "old");

    summary(Optional.empty()).write(file);

    assertThat(file).hasContent(summary(Optional.empty()).toJson());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFolderThatIsMissingIsOneClearLine() {
    Path file = folder.resolve("missing").resolve("s.json");

    assertThatThrownBy(() -> summary(Optional.empty()).write(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot write " + file)
        .hasMessageNotContaining("\n");
  }

  private static DemoSummary summary(Optional<Training> baseline) {
    return new DemoSummary(EffectiveSettings.of(CONFIG), TRAINING, baseline);
  }

  private static JsonObject parse(DemoSummary summary) {
    return JsonParser.parseString(summary.toJson()).getAsJsonObject();
  }
}
