package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentMainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void agentIsTheOneCommand() {
    assertThat(run("--help")).isZero();
    assertThat(text(out)).containsPattern("agent +Train as one agent").doesNotContain("demo");

    assertThat(run("agent", "--help")).isZero();
    assertThat(text(out)).contains("sluice agent").contains("--rank");
  }

  @Test
  void saysItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(text(out).strip()).matches("sluice \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
  }

  @Test
  void aMistakeIsOneLineAndAnExitCode() {
    assertThat(run("agent", "--rank", "minus-one")).isEqualTo(2);
    assertThat(text(err).lines().toList())
        .singleElement()
        .asString()
        .startsWith("sluice: ")
        .contains("rank")
        .endsWith("; see sluice agent --help");
  }

  private int run(String... arguments) {
    return AgentMain.commandLine(stream(out), stream(err), Map.of()).execute(arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
