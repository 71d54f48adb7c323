package io.sluice.local;

import io.sluice.agent.AgentCommand;
import io.sluice.local.bench.BenchCommand;
import io.sluice.local.control.DatasetCommand;
import io.sluice.local.control.MembershipCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code sluice}. */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Streaming sample selection for large-scale training.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:bad usage",
      "130:stopped by Ctrl-C",
      "143:stopped by SIGTERM"
    })
public final class Sluice implements Runnable {

  @Spec private CommandSpec spec;

  private Sluice() {}

  public static void main(String[] arguments) {
    // Bars and windows are drawn with characters that a plain C locale would turn into '?'.
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    System.setOut(out);
    System.setErr(err);
    int code;
    try (Interruption interruption = Interruption.install();
        LogFile log = LogFile.open()) {
      Console console = Console.of(out, System.getenv());
      code = commandLine(console, err, log, System.getenv()).execute(arguments);
    }
    System.exit(code);
  }

  static CommandLine commandLine(
      Console console, PrintStream err, LogFile log, Map<String, String> environment) {
    CommandLine root = new CommandLine(new Sluice());
    root.addSubcommand(DemoCommand.commandLine(console, environment));
    root.addSubcommand(AgentCommand.commandLine(environment));
    root.addSubcommand(DatasetCommand.commandLine(console, environment));
    root.addSubcommand(MembershipCommand.commandLine(console, environment));
    root.addSubcommand(SelectCommand.commandLine(console, environment));
    root.addSubcommand(BenchCommand.commandLine(console));
    Errors errors = new Errors(err, log);
    root.setParameterExceptionHandler(errors::onBadUsage);
    root.setExecutionExceptionHandler(errors::onFailure);
    root.setUsageHelpWidth(Math.max(80, Math.min(console.width(), 120)));
    root.setOut(console.writer());
    root.setUsageHelpLongOptionsMaxWidth(28);
    return root;
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
