package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowBarTest {

  private final TestingTerminal terminal = new TestingTerminal();

  @Test
  void drawsTheLogarithmOfTheSizesAndBracketsTheWindow() {
    List<Long> sizes = List.of(0L, 10L, 100L, 1_000L, 10_000L, 1_000L, 100L);

    assertThat(WindowBar.draw(sizes, 1, 4, terminal.plain())).isEqualTo("▁[▂▄▆█]▆▄");
  }

  @Test
  void bracketsAllOfIt() {
    assertThat(WindowBar.draw(List.of(5L, 5L), 0, 2, terminal.plain())).isEqualTo("[██]");
  }

  @Test
  void withColoursTheWindowIsBold() {
    assertThat(WindowBar.draw(List.of(9L, 9L, 9L), 1, 1, terminal.watched(80, true)))
        .isEqualTo("\u001b[2m█\u001b[0m\u001b[1m█\u001b[0m\u001b[2m█\u001b[0m");
  }

  @Test
  void withoutClustersThereIsNothingToDraw() {
    assertThat(WindowBar.draw(List.of(), 0, 0, terminal.plain())).isEqualTo("[]");
  }

  @Test
  void manyClustersShareBars() {
    List<Long> sizes = Collections.nCopies(256, 7L);

    String bar = WindowBar.draw(sizes, 64, 128, terminal.plain());

    assertThat(bar).matches("[▁-█]{10}\\[[▁-█]{20}][▁-█]{10}");
  }
}
