package io.sluice.local.control;

import io.sluice.local.Console;
import io.sluice.protocol.config.Options;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice dataset}: which samples a run has. */
@Command(
    name = "dataset",
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Add samples to a run's dataset while it trains, retire some, see how many it has.")
public final class DatasetCommand implements Runnable {

  @Spec private CommandSpec spec;

  private DatasetCommand() {}

  /** The command with its subcommands. */
  public static CommandLine commandLine(Console console, Map<String, String> environment) {
    return new CommandLine(new DatasetCommand())
        .addSubcommand(
            RunFlags.addTo(
                new DatasetAdd(console, environment),
                Options.CLASS_FLOOR,
                Options.DATASET,
                Options.SEED))
        .addSubcommand(RunFlags.addTo(new DatasetRetire(console, environment)))
        .addSubcommand(RunFlags.addTo(new DatasetShow(console, environment)));
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
