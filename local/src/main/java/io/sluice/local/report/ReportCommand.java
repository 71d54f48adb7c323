package io.sluice.local.report;

import io.sluice.local.Console;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code sluice report}: what selection did, as a page. */
@Command(
    name = "report",
    description = {
      "Write a page that shows what selection did: losses and what is kept of them epoch by epoch,"
          + " samples saved, accuracy, waiting times, and the hardest samples.",
      "",
      "Either of a run, by what its job has published so far (--run, or --config with a run), or of"
          + " demos, by their summaries, which are compared. The page is one file and needs no"
          + " network. Samples are shown as pictures where their dataset can be opened here."
    })
public final class ReportCommand implements Callable<Integer> {

  /** Where a report goes unless somebody says otherwise. */
  public static final String DEFAULT_FILE = "sluice-report.html";

  private static final List<io.sluice.protocol.config.Option<?>> FLAGS =
      List.of(
          Options.RUN_NAME,
          Options.BOOTSTRAP_SERVERS,
          Options.SHARDS,
          Options.PARTITIONS,
          Options.SEED,
          Options.AVERAGE,
          Options.DATASET);

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description =
          "A summary that a demo has written; may be given several times. Not together with --run.")
  private List<Path> summaries;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = DEFAULT_FILE,
      description = "Where to write the page. Default: ${DEFAULT-VALUE}.")
  private Path out;

  private ReportCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static CommandLine commandLine(Console console, Map<String, String> environment) {
    CommandLine command = new CommandLine(new ReportCommand(console, environment));
    ConfigFlags.addTo(command.getCommandSpec(), FLAGS);
    return command;
  }

  @Override
  public Integer call() {
    ParseResult flags = spec.commandLine().getParseResult();
    Report report =
        new Report(Optional.ofNullable(flags.matchedOptionValue(Options.DATASET.flag(), null)));
    if (summaries == null) {
      report.addRun(ConfigFlags.read(flags, RunConfig.defaults(), environment));
    } else {
      if (flags.hasMatchedOption(Options.RUN_NAME.flag())) {
        throw new UsageError("run and summary are both given; allowed: one of them");
      }
      for (Path summary : summaries) {
        report.addSummary(name(summary), SummaryFile.read(summary));
      }
    }
    report.page().write(out);
    console.line("Report written to " + out.toAbsolutePath().normalize().toUri());
    return CommandLine.ExitCode.OK;
  }

  private static String name(Path summary) {
    return summary.getFileName().toString().replaceFirst("\\.json$", "");
  }
}
