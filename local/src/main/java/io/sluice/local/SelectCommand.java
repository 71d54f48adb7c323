package io.sluice.local;

import io.sluice.job.SelectionOptions;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice select}: the job's selection maths on losses in a file. */
@Command(
    name = "select",
    description = {
      "Select samples from losses in a file, as the job would for the epoch.",
      "",
      "Prints the clusters of difficulty, easy to hard, with what is kept of each. All losses count"
          + " as measured in the epoch just closed; where a sample occurs twice, the last counts."
    })
final class SelectCommand implements Callable<Integer> {

  /** What bears on one selection; its losses are the last ones, so there is nothing to smooth. */
  private static final List<io.sluice.protocol.config.Option<?>> FLAGS =
      List.of(
          Options.EPOCHS,
          Options.ANNEAL_EVERY,
          Options.SEED,
          Options.POLICY,
          Options.SIGNAL,
          Options.CLUSTERS,
          Options.WINDOW_SCALE,
          Options.PRUNE_RATIO,
          Options.MIN_SELECTED,
          Options.MAX_SELECTED,
          Options.MAX_WEIGHT,
          Options.ANNEALING_START);

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--losses",
      required = true,
      paramLabel = "FILE",
      description =
          "CSV file of lines 'sample_id,loss', with or without a header; - is standard input."
              + " Required.")
  private Path losses;

  @Option(
      names = "--epoch",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Epoch to select for. Default: ${DEFAULT-VALUE}. Allowed: an integer from 0 and below"
              + " epochs.")
  private int epoch;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the ids of the selected samples, ascending, one a line.")
  private Path out;

  private SelectCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  static CommandLine commandLine(Console console, Map<String, String> environment) {
    CommandLine command = new CommandLine(new SelectCommand(console, environment));
    ConfigFlags.addTo(command.getCommandSpec(), FLAGS);
    return command;
  }

  @Override
  public Integer call() {
    RunConfig config =
        ConfigFlags.read(spec.commandLine().getParseResult(), RunConfig.defaults(), environment);
    SelectionSettings settings = SelectionOptions.from(config);
    Epochs epochs = config.get(Options.EPOCHS);
    if (epoch < 0 || !epochs.include(epoch)) {
      throw new UsageError(
          String.format(
              "epoch is %d; allowed: 0 to %d, since epochs is %s",
              epoch, epochs.count() - 1, epochs));
    }
    Losses read = LossFile.read(losses, System.in);
    OfflineSelection selection = OfflineSelection.of(read, epoch, settings);
    if (out != null) {
      AtomicFile.write(out, selection::writeIds);
    }
    print(selection, read);
    return CommandLine.ExitCode.OK;
  }

  private void print(OfflineSelection selection, Losses read) {
    Table table = new Table("cluster", "centre", "from", "to", "size", "keep", "selected");
    int number = 1;
    for (OfflineSelection.Row row : selection.rows()) {
      table.add(
          Integer.toString(number++),
          Numbers.decimal(row.cluster().center()),
          Numbers.decimal(DifficultyCode.decode(row.cluster().lowerCode())),
          Numbers.decimal(DifficultyCode.decode(row.cluster().upperCode())),
          Numbers.count(row.cluster().size()),
          row.keep() == 0 ? "-" : String.format(Locale.ROOT, "%.2f", row.keep()),
          Numbers.count(row.selected()));
    }
    table.lines().forEach(console::line);

    SelectionPlan plan = selection.plan();
    List<Long> sizes = selection.rows().stream().map(row -> row.cluster().size()).toList();
    console.line("");
    console.line(
        String.format(
            "Selection %d, %s%s: %s",
            plan.epoch(),
            plan.policy().label(),
            plan.annealing() ? ", annealing" : "",
            WindowBar.draw(sizes, plan.window().start(), plan.window().size(), console)));
    console.line(
        String.format(
            "%s of %s samples selected, %s left out.",
            Numbers.count(selection.selectedCount()),
            Numbers.count(read.size()),
            Numbers.percent(1 - (double) selection.selectedCount() / read.size())));
    if (read.replaced() > 0) {
      console.line(
          String.format(
              "Losses that a later one of the same sample overrode: %s.",
              Numbers.count(read.replaced())));
    }
  }
}
