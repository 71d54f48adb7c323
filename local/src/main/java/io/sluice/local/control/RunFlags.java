package io.sluice.local.control;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The settings by which a command finds a run that is there. */
final class RunFlags {

  private static final List<Option<?>> FLAGS =
      List.of(
          Options.RUN_NAME,
          Options.BOOTSTRAP_SERVERS,
          Options.SHARDS,
          Options.PARTITIONS,
          Options.AVERAGE);

  private RunFlags() {}

  /**
   * @param more what this command has to know beside the run
   */
  static CommandLine addTo(Object command, Option<?>... more) {
    CommandLine line = new CommandLine(command);
    List<Option<?>> flags = new ArrayList<>(FLAGS);
    flags.addAll(List.of(more));
    ConfigFlags.addTo(line.getCommandSpec(), flags);
    return line;
  }

  static RunConfig read(CommandSpec command, Map<String, String> environment) {
    return ConfigFlags.read(
        command.commandLine().getParseResult(), RunConfig.defaults(), environment);
  }

  /**
   * @param epoch null where the flag is not given
   * @throws UsageError when there is no such epoch
   */
  static void checkFromEpoch(Integer epoch) {
    if (epoch != null && (epoch < 0 || epoch > Wire.MAX_EPOCH)) {
      throw new UsageError(
          "from-epoch is '" + epoch + "' (flag); allowed: an integer from 0 to " + Wire.MAX_EPOCH);
    }
  }
}
