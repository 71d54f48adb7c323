package io.sluice.agent;

import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.Option.Group;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice agent}: one trainer agent against an existing Kafka and selection job. */
@Command(
    name = "agent",
    description = {
      "Train as one agent of a run, on what the run's selection job selects.",
      "",
      "Start one per GPU, with ranks from 0 to world-size - 1; rank 0 declares the dataset's"
          + " samples. An agent that is started again resumes from its checkpoint."
    })
public final class AgentCommand implements Callable<Integer> {

  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  private AgentCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The command, to be run alone or as a subcommand. */
  public static CommandLine commandLine(Map<String, String> environment) {
    CommandLine command = new CommandLine(new AgentCommand(environment));
    // Selection is the job's business, but one file configures both.
    ConfigFlags.addTo(command.getCommandSpec(), Group.RUN, Group.AGENT);
    return command;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunConfig config =
        ConfigFlags.read(spec.commandLine().getParseResult(), RunConfig.defaults(), environment);
    PrintWriter out = spec.commandLine().getOut();
    try (Agent agent = Agent.open(config)) {
      if (!config.get(Options.EPOCHS).include(agent.nextEpoch())) {
        out.printf(
            Locale.ROOT,
            "rank %d has nothing left to train: its checkpoint is of the end of epoch %d, the last"
                + " of run %s%n",
            config.get(Options.RANK),
            agent.nextEpoch() - 1,
            config.get(Options.RUN_NAME));
        out.flush();
        return CommandLine.ExitCode.OK;
      }
      out.println(introduction(config, agent.nextEpoch(), agent.device()));
      out.flush();
      agent.run(new EpochLines(out, agent::lossesDropped));
      if (config.get(Options.EPOCHS).include(agent.nextEpoch())) {
        out.printf(
            Locale.ROOT,
            "rank %d has no part in run %s from epoch %d on: the run has fewer ranks now%n",
            config.get(Options.RANK),
            config.get(Options.RUN_NAME),
            agent.nextEpoch());
        out.flush();
      }
    }
    return CommandLine.ExitCode.OK;
  }

  static String introduction(RunConfig config, int nextEpoch, String device) {
    Epochs epochs = config.get(Options.EPOCHS);
    return String.format(
        Locale.ROOT,
        "rank %d of %d trains %s on %s from epoch %d %s, on %s",
        config.get(Options.RANK),
        config.get(Options.WORLD_SIZE),
        config.get(Options.MODEL),
        config.get(Options.DATASET),
        nextEpoch,
        epochs.bounded() ? "of " + epochs : "until it is stopped",
        device);
  }
}
