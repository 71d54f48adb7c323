package io.sluice.local.experiment;

import io.sluice.agent.cli.Interruption;
import io.sluice.agent.cli.Version;
import io.sluice.job.SelectionOptions;
import io.sluice.local.Console;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.local.Table;
import io.sluice.local.TorchThreads;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice experiment}: policies and savings compared on one dataset. */
@Command(
    name = "experiment",
    description = {
      "Find out which policy and which saving is safe on your data.",
      "",
      "Trains a grid of policies, savings and seeds, one run after the other, on a Kafka broker and a"
          + " Flink cluster in this process, and compares each with full training. The file says"
          + " what the grid is; docs/experiments.md has the keys. What a run came to is on disk before"
          + " the next begins: the same command goes on where it was stopped.",
      "",
      "Results are <out>/<name>.jsonl, a line per run; the report is <out>/<name>.md, and .json for"
          + " tools. Flags and the environment override the file's 'settings', and an arm's own"
          + " settings override both."
    })
public final class ExperimentCommand implements Callable<Integer> {

  private static final Map<String, String> OWN =
      Map.of(
          "run", "experiment",
          "budget", "1",
          "replication", "0",
          "checkpoint-dir", "",
          "metrics-port", "0");

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "YAML file of the experiment.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "experiments",
      description =
          "Folder of results and reports, made if need be. Default: ${DEFAULT-VALUE}. Allowed: a"
              + " path.")
  private Path out;

  @Option(
      names = "--only",
      paramLabel = "ARM",
      split = ",",
      description =
          "Train these arms alone, several separated by commas. Default: all. Allowed: names of the"
              + " file's arms.")
  private Set<String> only = Set.of();

  @Option(
      names = "--dry-run",
      description = "Print the grid, each run's key and whether it is done; train nothing.")
  private boolean dryRun;

  @Option(
      names = "--report-only",
      description = "Write the report of what is there; train nothing.")
  private boolean reportOnly;

  private ExperimentCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static CommandLine commandLine(Console console, Map<String, String> environment) {
    CommandLine command = new CommandLine(new ExperimentCommand(console, environment));
    ConfigFlags.addFlags(
        command.getCommandSpec(),
        Options.ALL.stream()
            .filter(option -> !ExperimentFile.NOT_FOR_A_GRID.contains(option))
            .filter(option -> !option.equals(Options.BUDGET))
            .toList());
    return command;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    Experiment experiment = ExperimentFile.read(file, this::overridden);
    checkOnly(experiment);
    Grid grid = new Grid(console, experiment, out, Version.number());
    if (dryRun || reportOnly) {
      try (ResultsFile results = ResultsFile.read(grid.resultsPath())) {
        if (dryRun) {
          print(experiment, results);
        } else {
          report(grid, results);
        }
      }
      return CommandLine.ExitCode.OK;
    }
    try (ResultsFile results = ResultsFile.open(grid.resultsPath())) {
      Grid.Work work = Grid.work(experiment, results, this::wanted);
      if (!work.left().isEmpty()) {
        train(grid, work, results);
      }
      report(grid, results);
    }
    return CommandLine.ExitCode.OK;
  }

  private RunConfig overridden(RunConfig base) {
    return ConfigFlags.read(spec.commandLine().getParseResult(), base, environment)
        .with(OWN, "experiment");
  }

  private void checkOnly(Experiment experiment) {
    Set<String> names =
        experiment.arms().stream()
            .map(Arm::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (String name : only) {
      if (!names.contains(name)) {
        throw new UsageError(
            "only is '"
                + name
                + "' (flag); allowed: arms of "
                + file
                + ": "
                + String.join(", ", names));
      }
    }
  }

  private boolean wanted(Arm arm) {
    return only.isEmpty() || only.contains(arm.name());
  }

  private void report(Grid grid, ResultsFile results) {
    grid.report(results);
    console.line("Report written to " + grid.markdownPath());
    console.line("As a page          " + grid.pagePath().toAbsolutePath().normalize().toUri());
  }

  private void print(Experiment experiment, ResultsFile results) {
    Table table = new Table("arm", "saving", "seed", "key", "done");
    for (PlannedRun run : experiment.grid()) {
      if (wanted(run.arm())) {
        table.add(
            run.arm().name(),
            run.saving().map(Saving::percent).orElse("-"),
            Long.toString(run.seed()),
            run.key(),
            results.find(run).isPresent() ? "yes" : "no");
      }
    }
    table.lines().forEach(console::line);
    Grid.Work work = Grid.work(experiment, results, this::wanted);
    console.line(work.left().size() + " of " + work.planned() + " runs are left to train.");
  }

  private void train(Grid grid, Grid.Work work, ResultsFile results) throws InterruptedException {
    // Before hours are spent on the others.
    work.left().forEach(ExperimentCommand::check);
    int slots =
        work.left().stream().map(PlannedRun::config).mapToInt(LocalRun::slots).max().orElseThrow();
    console.line("Starting a Kafka broker and a Flink cluster in this process.");
    TorchThreads.limit();
    try (LocalFlink flink = Interruption.start(() -> LocalFlink.create(0, slots));
        LocalKafka kafka = Interruption.start(LocalKafka::create)) {
      console.line(console.bold("Flink UI  ") + flink.uiAddress());
      console.line("");
      grid.train(work, results, new LocalTrainer(flink, kafka));
    }
  }

  private static void check(PlannedRun run) {
    try {
      SelectionOptions.from(run.config());
    } catch (UsageError e) {
      throw new UsageError(run.describe() + ": " + e.getMessage());
    }
  }
}
