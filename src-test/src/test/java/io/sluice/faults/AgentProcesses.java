package io.sluice.faults;

import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Real agents by their command, with settings that give an epoch a middle. */
final class AgentProcesses {

  /** The settings that the command takes. */
  private static final List<String> FLAGS =
      List.of(
          "run",
          "bootstrap-servers",
          "shards",
          "partitions",
          "epochs",
          "rank",
          "world-size",
          "dataset",
          "model",
          "device",
          "batch-size",
          "loss-buffer",
          "early-close",
          "checkpoint-dir");

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
    config
        .with(
            Map.of(
                "rank",
                Integer.toString(rank),
                "checkpoint-dir",
                checkpoints(processes, run).toString()),
            "test")
        .inEffect()
        .forEach(
            (key, value) -> {
              if (FLAGS.contains(key)) {
                arguments.addAll(List.of("--" + key, value));
              }
            });
    return processes.start(run + "-" + rank, "512m", "io.sluice.local.Sluice", arguments);
  }

  /** Where the agents of a run have their checkpoints. */
  static Path checkpoints(Processes processes, String run) {
    return processes.folder("checkpoints-" + run);
  }
}
