package io.sluice.local;

import io.sluice.agent.AgentCommand;
import io.sluice.agent.cli.Errors;
import io.sluice.agent.cli.Interruption;
import io.sluice.agent.cli.RootCommand;
import io.sluice.agent.cli.StandardStreams;
import io.sluice.local.bench.BenchCommand;
import io.sluice.local.control.DatasetCommand;
import io.sluice.local.control.MembershipCommand;
import io.sluice.local.experiment.ExperimentCommand;
import io.sluice.local.report.QuarantineCommand;
import io.sluice.local.report.ReportCommand;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine;

/** The command {@code sluice} with all that it can do. */
public final class Sluice {

  private Sluice() {}

  public static void main(String[] arguments) {
    // Pictures are made and shown to nobody here, so no window system is needed.
    System.setProperty("java.awt.headless", "true");
    StandardStreams streams = StandardStreams.install();
    int code;
    try (Interruption interruption = Interruption.install();
        LogFile log = LogFile.open()) {
      Console console = Console.of(streams.out(), System.getenv());
      code = commandLine(console, streams.err(), log, System.getenv()).execute(arguments);
    }
    System.exit(code);
  }

  static CommandLine commandLine(
      Console console, PrintStream err, LogFile log, Map<String, String> environment) {
    return RootCommand.of(
        console.writer(),
        console.width(),
        new Errors(err, log::keep),
        DemoCommand.commandLine(console, environment),
        AgentCommand.commandLine(environment),
        DatasetCommand.commandLine(console, environment),
        MembershipCommand.commandLine(console, environment),
        SelectCommand.commandLine(console, environment),
        ReportCommand.commandLine(console, environment),
        QuarantineCommand.commandLine(console, environment),
        ExperimentCommand.commandLine(console, environment),
        BenchCommand.commandLine(console));
  }
}
