package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.local.DemoSummary.Epoch;
import io.sluice.local.DemoSummary.Training;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
              new Epoch(0, 100, 100, 100, 100, 0, 0, List.of(), List.of(), 80, 95, 1, 30, 0.5),
              new Epoch(
                  1,
                  100,
                  0,
                  40,
                  40,
                  1,
                  1,
                  List.of(0.5, 2.5),
                  List.of(60L, 40L),
                  7,
                  2,
                  2,
                  50,
                  0.75)));

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
            "averages");
    assertThat(json.getAsJsonArray("epochs").get(1))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"epoch": 1, "known": 100, "unseen": 0, "selected": 40, "trained": 40,
                 "window_start": 1, "window_size": 1, "centers": [0.5, 2.5], "sizes": [60, 40],
                 "turnaround_ms": 7, "gpu_idle_ms": 2, "averages": 2, "averaging_ms": 50,
                 "test_accuracy": 0.75}
                """));
    assertThat(json.get("samples_trained").getAsLong()).isEqualTo(140);
    assertThat(json.get("samples_full").getAsLong()).isEqualTo(200);
    assertThat(json.get("saved_fraction").getAsDouble()).isEqualTo(1 - 140 / 200.0);
    assertThat(json.get("final_test_accuracy").getAsDouble()).isEqualTo(0.75);
    assertThat(json.get("averages").getAsLong()).isEqualTo(3);
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
            "averages");
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
