package io.sluice.local.bench;

import io.sluice.local.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice bench}: measures the system on this machine. */
@Command(
    name = "bench",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Measure on this machine what selection costs.",
      "",
      "Each bench runs the production job and client on a real broker in this process, and measures"
          + " its baseline in the same run, so that a ratio holds where absolute figures do not."
    })
public final class BenchCommand implements Runnable {

  @Spec private CommandSpec spec;

  private BenchCommand() {}

  /** The command with a subcommand per bench. */
  public static CommandLine commandLine(Console console) {
    return new CommandLine(new BenchCommand())
        .addSubcommand(new IngestBench(console))
        .addSubcommand(new TurnaroundBench(console))
        .addSubcommand(new AgentOverheadBench(console))
        .addSubcommand(new StateBench(console))
        .addSubcommand(new WireBench(console));
  }

  /** Without a subcommand there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no bench given");
  }
}
