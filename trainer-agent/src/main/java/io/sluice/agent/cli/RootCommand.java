package io.sluice.agent.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code sluice}, whatever its subcommands are. */
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
public final class RootCommand implements Runnable {

  private static final int MIN_WIDTH = 80;
  private static final int MAX_WIDTH = 120;

  @Spec private CommandSpec spec;

  private RootCommand() {}

  /**
   * @param out takes what commands print
   * @param width characters to a line
   */
  public static CommandLine of(
      PrintWriter out, int width, Errors errors, CommandLine... subcommands) {
    CommandLine root = new CommandLine(new RootCommand());
    for (CommandLine subcommand : subcommands) {
      root.addSubcommand(subcommand);
    }
    root.setParameterExceptionHandler(errors::onBadUsage);
    root.setExecutionExceptionHandler(errors::onFailure);
    root.setUsageHelpWidth(Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH)));
    root.setOut(out);
    root.setUsageHelpLongOptionsMaxWidth(28);
    return root;
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
