package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {

  @Test
  void withoutATerminalThereIsNothingToDrawOn() {
    Console console = Console.of(System.out, Map.of());

    assertThat(console.interactive()).isFalse();
    assertThat(console.colour()).isFalse();
    assertThat(console.width()).isEqualTo(80);
    assertThat(console.bold("text")).isEqualTo("text");
  }

  @Test
  void takesTheTerminalsWidthAndColours() {
    Console console = Console.of(System.out, Map.of("SLUICE_LAUNCHER_COLUMNS", "132"));

    assertThat(console.interactive()).isTrue();
    assertThat(console.width()).isEqualTo(132);
    assertThat(console.bold("text")).isEqualTo("\u001b[1mtext\u001b[0m");
    assertThat(console.dim("")).isEmpty();
  }

  @Test
  void honoursNoColor() {
    Map<String, String> environment = Map.of("SLUICE_LAUNCHER_COLUMNS", "80", "NO_COLOR", "1");

    assertThat(Console.of(System.out, environment).interactive()).isTrue();
    assertThat(Console.of(System.out, environment).colour()).isFalse();
  }

  @Test
  void anEmptyNoColorMeansNothing() {
    Map<String, String> environment = Map.of("SLUICE_LAUNCHER_COLUMNS", "80", "NO_COLOR", "");

    assertThat(Console.of(System.out, environment).colour()).isTrue();
  }

  @Test
  void aDumbTerminalCannotBeDrawnOn() {
    Map<String, String> environment = Map.of("SLUICE_LAUNCHER_COLUMNS", "80", "TERM", "dumb");

    assertThat(Console.of(System.out, environment).interactive()).isFalse();
  }

  @Test
  void aWidthThatIsNoNumberIsNoTerminal() {
    assertThat(Console.of(System.out, Map.of("SLUICE_LAUNCHER_COLUMNS", "wide")).interactive())
        .isFalse();
  }
}
