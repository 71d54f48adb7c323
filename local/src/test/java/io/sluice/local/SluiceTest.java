package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.UserError;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SluiceTest {

  private final TestingTerminal out = new TestingTerminal();
  private final TestingTerminal err = new TestingTerminal();

  @Test
  void explainsItselfAndItsCommands() {
    assertThat(run("--help")).isZero();
    assertThat(out.text())
        .contains("select")
        .contains("Exit codes:")
        .containsPattern("2 +bad usage");

    assertThat(run("select", "--help")).isZero();
    assertThat(out.text()).contains("--losses=FILE").contains("--window-scale");
    assertThat(err.text()).isEmpty();
  }

  @Test
  void theDemoSaysWhichSettingsAreItsOwn() {
    assertThat(run("demo", "--help")).isZero();
    assertThat(out.text().replaceAll("\\s+", " "))
        .contains("Number of agents, which sets world-size;")
        .contains("bootstrap-servers, replication, world-size and checkpoint-dir are the demo's");
  }

  @Test
  void saysItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(out.text().strip()).matches("sluice \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
  }

  @Test
  void everyFlagStatesItsDefaultOrThatItIsRequired() {
    for (CommandLine command : commandLine().getSubcommands().values()) {
      for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
        boolean valued = option.arity().max() > 0;
        boolean defaultText =
            String.join(" ", option.description()).matches("(?s).*(Default: |Required\\.).*");
        boolean optionalFile = option.paramLabel().equals("FILE") && !option.required();
        assertThat(!valued || defaultText || optionalFile)
            .as("%s %s", command.getCommandName(), option.longestName())
            .isTrue();
      }
    }
  }

  @Test
  void badUsageIsOneLineThatPointsToTheHelp() {
    assertThat(run("select", "--losses", "-", "--clusterz", "3")).isEqualTo(2);
    assertThat(err.lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("sluice: ")
        .contains("--clusterz")
        .contains("did you mean --clusters")
        .endsWith("; see sluice select --help");
  }

  @Test
  void noCommandIsBadUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.lines()).containsExactly("sluice: no command given; see sluice --help");
  }

  @Test
  void aMistakeThatAPersonCanMendIsItsOwnLine() {
    assertThat(fail(new UserError("port 80 is in use;\n  choose another"))).isEqualTo(1);
    assertThat(err.lines()).containsExactly("sluice: port 80 is in use; choose another");
  }

  @Test
  void anUnexpectedFailureSaysWhatItIsAndWhereTheLogIs() {
    assertThat(fail(new IllegalStateException("a wheel came off"))).isEqualTo(1);
    assertThat(err.lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("sluice: unexpected IllegalStateException: a wheel came off; ")
        .endsWith(LogFile.current().orElseThrow().toString());
    assertThat(LogFile.current().orElseThrow())
        .content()
        .contains("java.lang.IllegalStateException: a wheel came off");
  }

  @Test
  void anInterruptionLeavesNoLogBehind() {
    String before = System.getProperty("sluice.log");
    System.clearProperty("sluice.log");
    try {
      Path folder;
      try (LogFile log = LogFile.open()) {
        folder = LogFile.current().orElseThrow().getParent();
        assertThat(folder).isDirectory();
        assertThat(fail(new IllegalStateException(new InterruptedException()), log)).isEqualTo(130);
      }
      assertThat(folder).doesNotExist();
    } finally {
      System.setProperty("sluice.log", before);
    }
  }

  private int fail(RuntimeException e) {
    return fail(e, LogFile.open());
  }

  private int fail(RuntimeException e, LogFile log) {
    CommandLine root = Sluice.commandLine(out.plain(), err.out(), log, Map.of());
    CommandLine failing = new CommandLine(new Failing(e));
    root.addSubcommand(failing);
    failing.setExecutionExceptionHandler(root.getExecutionExceptionHandler());
    return root.execute("failing");
  }

  private int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  private CommandLine commandLine() {
    return Sluice.commandLine(out.plain(), err.out(), LogFile.open(), Map.of());
  }

  @Command(name = "failing")
  private record Failing(RuntimeException failure) implements Runnable {
    @Override
    public void run() {
      throw failure;
    }
  }
}
