package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  private static final String REDRAW = "\r\u001b[K";

  private final TestingTerminal terminal = new TestingTerminal();
  private long now;

  @Test
  void drawsOverItsLine() {
    ProgressBar bar = bar(terminal.watched(60, false));

    bar.show("epoch 1/12", 0, 2_000, "loss 2.303");
    pass(Duration.ofSeconds(1));
    bar.show("epoch 1/12", 1_000, 2_000, "loss 1.5");

    assertThat(terminal.text())
        .isEqualTo(
            REDRAW
                + "epoch 1/12 ░░░░░░░░░░░░░░░░░░░░░░░░░░░  0/2,000  loss 2.303"
                + REDRAW
                + "epoch 1/12 ████████████░░░░░░░░░░░░░  1,000/2,000  loss 1.5");
  }

  @Test
  void neverFillsTheLine() {
    for (int width = 1; width <= 200; width++) {
      TestingTerminal narrow = new TestingTerminal();
      bar(narrow.watched(width, false)).show("epoch 1/12", 1_000, 2_000, "loss 1.5");

      assertThat(narrow.text().substring(REDRAW.length())).hasSizeLessThan(width);
    }
  }

  @Test
  void leavesOutTheDetailBeforeTheBar() {
    bar(terminal.watched(40, false)).show("epoch 1/12", 1_000, 2_000, "a detail that is long");

    assertThat(terminal.text()).isEqualTo(REDRAW + "epoch 1/12 ███████░░░░░░░░  1,000/2,000");
  }

  @Test
  void drawsAtMostTenTimesASecondButTheEndAlways() {
    ProgressBar bar = bar(terminal.watched(60, false));

    bar.show("a", 1, 100, "");
    pass(Duration.ofMillis(99));
    bar.show("a", 2, 100, "");
    bar.show("a", 100, 100, "");

    assertThat(terminal.text()).contains("  1/100").doesNotContain("  2/100").contains("100/100");
  }

  @Test
  void aLineTakesTheBarsPlace() {
    ProgressBar bar = bar(terminal.watched(60, false));

    bar.show("a", 1, 100, "");
    bar.line("done");
    bar.line("more");

    assertThat(terminal.text())
        .endsWith(REDRAW + "done" + System.lineSeparator() + "more" + System.lineSeparator());
  }

  @Test
  void withoutAPersonThereAreOnlyLines() {
    ProgressBar bar = bar(terminal.plain());

    bar.show("a", 1, 100, "");
    bar.show("a", 100, 100, "");
    bar.line("done");

    assertThat(terminal.text()).isEqualTo("done" + System.lineSeparator());
  }

  @Test
  void nothingToDoIsAllDone() {
    bar(terminal.watched(40, false)).show("a", 0, 0, "");

    assertThat(terminal.text()).contains("█").doesNotContain("░");
  }

  private ProgressBar bar(Console console) {
    return new ProgressBar(console, () -> now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}
