package io.sluice.faults;

import io.sluice.agent.AgentCommand;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/** Real agents by their command, with settings that give an epoch a middle. */
public final class AgentProcesses {

  private AgentProcesses() {}

  static RunConfig config(String bootstrapServers, String run, Map<String, String> more) {
    return FaultFreeRun.config(
            bootstrapServers,
            run,
            Map.of(
                "dataset", "glyphs:9000",
                "model", "linear",
                "device", "cpu",
                // Many steps, and small batches of losses.
                "batch-size", "2",
                "loss-buffer", "1024"))
        .with(more, "test");
  }

  static JavaProcess start(Processes processes, RunConfig config, int rank) {
    String run = config.topics().run();
    List<String> arguments = new ArrayList<>();
    arguments.add("agent");
    arguments.addAll(
        flags(
            config.with(
                Map.of(
                    "rank", Integer.toString(rank),
                    "checkpoint-dir", checkpoints(processes, run).toString()),
                "test")));
    return processes.start(run + "-" + rank, "512m", "io.sluice.local.Sluice", arguments);
  }

  /** The settings in effect as flags of the command, as far as it has them. */
  public static List<String> flags(RunConfig config) {
    Map<String, OptionSpec> options =
        AgentCommand.commandLine(Map.of()).getCommandSpec().optionsMap();
    List<String> flags = new ArrayList<>();
    config
        .inEffect()
        .forEach(
            (key, value) -> {
              if (options.containsKey("--" + key)) {
                flags.addAll(List.of("--" + key, value));
              }
            });
    return flags;
  }

  /** Where the agents of a run have their checkpoints. */
  static Path checkpoints(Processes processes, String run) {
    return processes.folder("checkpoints-" + run);
  }
}
