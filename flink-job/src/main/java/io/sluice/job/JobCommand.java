package io.sluice.job;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Option.Group;
import io.sluice.protocol.config.RunConfig;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The arguments that {@code flink run} passes on to the job. */
final class JobCommand {

  private JobCommand() {}

  /**
   * @return the settings, or null when only help was asked for, which has then been printed
   * @throws UsageError when the arguments are not what the help says
   */
  static RunConfig parse(String[] args) {
    CommandSpec spec =
        CommandSpec.create().name("flink run sluice-flink-job.jar").mixinStandardHelpOptions(true);
    spec.usageMessage().description("Runs the selection job of one training run.");
    // A run's file speaks of the agents too; as flags the job takes only what it reads.
    ConfigFlags.addTo(spec, Group.RUN, Group.SELECTION, Group.JOB);
    CommandLine command = new CommandLine(spec);
    try {
      ParseResult result = command.parseArgs(args);
      if (CommandLine.printHelpIfRequested(result)) {
        return null;
      }
      return ConfigFlags.read(result, RunConfig.defaults(), System.getenv());
    } catch (ParameterException e) {
      throw new UsageError(e.getMessage() + "; --help lists what is allowed", e);
    }
  }
}
