package io.sluice.local;

import io.sluice.job.SelectionOptions;
import io.sluice.job.selection.PolicyKind;
import io.sluice.local.report.ReportCommand;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: the whole system in one process. */
@Command(
    name = "demo",
    description = {
      "Watch sample selection cut a real training run's cost.",
      "",
      "Starts a Kafka broker and a Flink cluster in this process, on loopback ports and in temporary"
          + " folders, submits the selection job, and trains with one or more agents. Ctrl-C stops"
          + " everything. All that stays is a report of the training that was done, a page to open"
          + " in a browser (--report).",
      "",
      "Settings come from flags, the environment and a file, as for the other commands; but"
          + " bootstrap-servers, replication, world-size and checkpoint-dir are the demo's own, and"
          + " what environment and file say of them is not used."
    })
final class DemoCommand implements Callable<Integer> {

  private static final List<io.sluice.protocol.config.Option<?>> NOT_FOR_A_DEMO =
      List.of(
          Options.RUN_NAME,
          Options.BOOTSTRAP_SERVERS,
          Options.REPLICATION,
          Options.RANK,
          Options.WORLD_SIZE,
          Options.CHECKPOINT_DIR);

  private static final List<String> POLICIES =
      Arrays.stream(PolicyKind.values()).map(PolicyKind::label).toList();

  private static final String POLICIES_LISTED = String.join(", ", POLICIES);

  private static final Map<String, String> DEFAULTS = Map.of("run", "demo");

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--agents",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Number of agents, which sets world-size; each trains its slice of every selection, and"
              + " they train one model unless average is off. Default: ${DEFAULT-VALUE}. Allowed: an"
              + " integer from 1 to 64.")
  private int agents;

  @Option(
      names = "--compare",
      paramLabel = "POLICY",
      description =
          "Train a baseline with this policy afterwards, and print both; full without a budget."
              + " Default: none. Allowed: a policy.")
  private String compare;

  @Option(
      names = "--grow",
      paramLabel = "COUNT@EPOCH",
      description =
          "Announce COUNT more samples while the epoch before EPOCH trains, to be selected from EPOCH"
              + " on; only for glyphs, which never end. Default: none. Allowed: COUNT from 1, EPOCH"
              + " from 1 and below epochs.")
  private String grow;

  @Option(
      names = "--ui-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "Port of the Flink web UI; 0 takes one that is free. Default: ${DEFAULT-VALUE}. Allowed:"
              + " an integer from 0 to 65535.")
  private int uiPort;

  @Option(
      names = "--keep-running",
      description = "Leave broker and cluster up when training is done, until Ctrl-C.")
  private boolean keepRunning;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description = "Where to write what happened, as JSON.")
  private Path summary;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = ReportCommand.DEFAULT_FILE,
      description =
          "Where to write a page that shows what happened; none writes none. Default:"
              + " ${DEFAULT-VALUE}, in the current directory.")
  private Path report;

  private DemoCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  static CommandLine commandLine(Console console, Map<String, String> environment) {
    CommandLine command = new CommandLine(new DemoCommand(console, environment));
    ConfigFlags.addTo(
        command.getCommandSpec(),
        Options.ALL.stream().filter(option -> !NOT_FOR_A_DEMO.contains(option)).toList());
    return command;
  }

  @Override
  public Integer call() throws InterruptedException {
    allow(agents >= 1 && agents <= 64, "agents", agents, "an integer from 1 to 64");
    allow(uiPort >= 0 && uiPort <= 65_535, "ui-port", uiPort, "an integer from 0 to 65535");
    allow(compare == null || POLICIES.contains(compare), "compare", compare, POLICIES_LISTED);
    RunConfig config =
        ConfigFlags.read(
                spec.commandLine().getParseResult(),
                RunConfig.defaults().with(DEFAULTS, "demo"),
                environment)
            .with(Map.of("world-size", Integer.toString(agents)), "flag --agents")
            // A demo leaves no state behind, and its baseline must not resume what it compares to.
            // Its broker is alone.
            .with(Map.of("checkpoint-dir", "", "replication", "0"), "demo");
    if (compare != null && !config.get(Options.EPOCHS).bounded()) {
      throw new UsageError(
          "compare is '"
              + compare
              + "' (flag), but epochs is unbounded: the baseline is trained when the run has ended;"
              + " give a number of epochs");
    }
    // Before anything is started.
    SelectionOptions.from(config);
    if (compare != null) {
      SelectionOptions.from(Demo.baseline(config, compare));
    }
    new Demo(
            console,
            config,
            Optional.ofNullable(compare),
            Optional.ofNullable(grow).map(text -> DemoGrowth.parse(text, config)),
            Optional.ofNullable(summary),
            Optional.of(report).filter(file -> !file.toString().equals("none")),
            uiPort,
            keepRunning)
        .run();
    return CommandLine.ExitCode.OK;
  }

  private static void allow(boolean allowed, String flag, Object value, String what) {
    if (!allowed) {
      throw new UsageError(flag + " is '" + value + "' (flag); allowed: " + what);
    }
  }
}
