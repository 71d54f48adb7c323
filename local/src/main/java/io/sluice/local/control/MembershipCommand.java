package io.sluice.local.control;

import io.sluice.local.Console;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice membership}: who the ranks of a run are. */
@Command(
    name = "membership",
    synopsisSubcommandLabel = "COMMAND",
    description = "Change who the ranks of a run are, while it trains, and see who they are.")
public final class MembershipCommand implements Runnable {

  @Spec private CommandSpec spec;

  private MembershipCommand() {}

  /** The command with its subcommands. */
  public static CommandLine commandLine(Console console, Map<String, String> environment) {
    return new CommandLine(new MembershipCommand())
        .addSubcommand(RunFlags.addTo(new MembershipSet(console, environment)))
        .addSubcommand(RunFlags.addTo(new MembershipShow(console, environment)));
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
