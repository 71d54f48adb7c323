package io.sluice.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

class FiguresTest {

  private final Figures figures = new Figures();

  @Test
  void tellsTheMedianOfOddAndEvenNumbersOfRuns() {
    figures.add("speed", 3);
    assertThat(figures.median("speed")).isEqualTo(3);
    figures.add("speed", 1);
    assertThat(figures.median("speed")).isEqualTo(2);
    figures.add("speed", 10);
    assertThat(figures.median("speed")).isEqualTo(3);
  }

  @Test
  void showsWhatCountsToPeople() {
    figures.add("losses_per_s", 12_345_678.9);
    figures.add("ratio", 0.5);
    figures.add("ratio", 0.7);

    assertThat(figures.table())
        .containsExactly(
            "      figure      median       least        most",
            "losses_per_s  12,345,679  12,345,679  12,345,679",
            "       ratio       0.600       0.500       0.700");
  }

  @Test
  void givesToolsTheMedianAndEveryRun() {
    figures.add("ratio", 0.5);
    figures.add("ratio", 0.75);

    JsonObject json = figures.json();

    assertThat(json.get("ratio").getAsDouble()).isEqualTo(0.625);
    assertThat(json.getAsJsonObject("runs").getAsJsonArray("ratio").toString())
        .isEqualTo("[0.5,0.75]");
  }
}
