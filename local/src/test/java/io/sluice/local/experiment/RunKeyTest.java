package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.EffectiveSettings;
import io.sluice.protocol.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunKeyTest {

  private static final RunConfig CONFIG = with("dataset", "glyphs:500");
  private static final String KEY = RunKey.of(CONFIG, 12);

  /** Results that are there stay so. */
  @Test
  void isWhatItHasAlwaysBeen() {
    assertThat(KEY).isEqualTo("90674eea1136");
  }

  @ParameterizedTest
  @CsvSource({
    "run, other",
    "bootstrap-servers, broker:9092",
    "partitions, 4",
    "replication, 3",
    "parallelism, 1",
    "checkpoint-interval, 1m",
    "stall-warning, 1m",
    "rank, 3",
    "checkpoint-dir, /tmp/c",
    "loss-buffer, 5000",
    "metrics-port, 9000"
  })
  void whereARunIsRunDoesNotMatter(String key, String value) {
    assertThat(RunKey.of(CONFIG.with(Map.of(key, value), "test"), 12)).isEqualTo(KEY);
  }

  @ParameterizedTest
  @CsvSource({
    "seed, 2",
    "epochs, 13",
    "policy, full",
    "signal, relative",
    "budget, 0.5",
    "volume-swing, 0.5",
    "prune-ratio, 0.21",
    "window-scale, 1",
    "annealing-start, 1",
    "smoothing, 0.5",
    "dataset, glyphs:501",
    "model, linear",
    "batch-size, 32",
    "world-size, 2",
    "shards, 64",
    "early-close, 0",
    "device, cpu"
  })
  void settingsOfTheRunMatter(String key, String value) {
    RunConfig other = CONFIG.with(Map.of(key, value), "test");

    assertThat(RunKey.of(other, 12)).isNotEqualTo(KEY);
    assertThat(RunKey.sameSettings(EffectiveSettings.of(CONFIG), other)).isFalse();
  }

  @Test
  void soDoTheEpochsThatItIsComparedWith() {
    assertThat(RunKey.of(CONFIG, 24)).isNotEqualTo(KEY);
  }

  @Test
  void aValueIsTheSameHoweverItIsWritten() {
    assertThat(RunKey.of(CONFIG.with(Map.of("budget", "0.50"), "test"), 12))
        .isEqualTo(RunKey.of(CONFIG.with(Map.of("budget", ".5"), "test"), 12));
    assertThat(RunKey.of(CONFIG.with(Map.of("prune-ratio", "0.20"), "test"), 12))
        .as("the default")
        .isEqualTo(KEY);
  }

  @Test
  void aSettingThatIsNewLeavesResultsAsTheyAreButAChangedDefaultDoesNot() {
    Map<String, Object> recorded = new LinkedHashMap<>(EffectiveSettings.of(CONFIG));
    recorded.remove("quarantine");
    recorded.put("checkpoint-interval", "5s");
    recorded.put("clusters", 5.0); // as JSON gives it
    assertThat(RunKey.sameSettings(recorded, CONFIG)).isTrue();

    recorded.put("clusters", 6.0);
    assertThat(RunKey.sameSettings(recorded, CONFIG)).isFalse();
  }

  private static RunConfig with(String key, String value) {
    return RunConfig.defaults().with(Map.of(key, value), "test");
  }
}
