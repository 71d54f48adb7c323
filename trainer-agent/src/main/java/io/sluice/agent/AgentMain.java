package io.sluice.agent;

import io.sluice.agent.cli.Errors;
import io.sluice.agent.cli.Interruption;
import io.sluice.agent.cli.RootCommand;
import io.sluice.agent.cli.StandardStreams;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The command {@code sluice} where nothing but agents run, as in their image: it has {@code agent}
 * alone, and needs neither Flink nor a broker on its class path.
 */
public final class AgentMain {

  private static final int WIDTH = 100;

  private AgentMain() {}

  public static void main(String[] arguments) {
    StandardStreams streams = StandardStreams.install();
    int code;
    try (Interruption interruption = Interruption.install()) {
      code = commandLine(streams.out(), streams.err(), System.getenv()).execute(arguments);
    }
    System.exit(code);
  }

  static CommandLine commandLine(
      PrintStream out, PrintStream err, Map<String, String> environment) {
    return RootCommand.of(
        new PrintWriter(out, true, StandardCharsets.UTF_8),
        WIDTH,
        // What is logged goes to standard error, where the line is read too.
        new Errors(err, Optional::empty),
        AgentCommand.commandLine(environment));
  }
}
