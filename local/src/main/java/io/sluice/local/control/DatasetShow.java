package io.sluice.local.control;

import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.local.Table;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice dataset show}: the samples of a run, epoch by epoch. */
@Command(
    name = "show",
    description = {
      "Show how many samples a run has, epoch by epoch, and what is announced since.",
      "",
      "known are the samples that the epoch's selection was made from, unseen those of them without"
          + " a loss yet, retired those that were taken out. The dataset size is one more than the"
          + " greatest id announced, also for a later epoch."
    })
final class DatasetShow implements Callable<Integer> {

  private static final int LAST = 20;

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(names = "--all", description = "Show all epochs, not only the last " + LAST + ".")
  private boolean all;

  DatasetShow(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    RunConfig config = RunFlags.read(spec, environment);
    try (RunLog log = RunLog.open(config)) {
      if (log.newestPlan().isEmpty()) {
        console.line(
            "Run '" + config.get(Options.RUN_NAME) + "' has no plans yet: no selection was made.");
      } else {
        Collection<SelectionPlan> plans = (all ? log.plans() : log.newestPlans()).values();
        long hidden = all ? 0 : Math.max(0, plans.size() - LAST);
        table(plans.stream().skip(hidden).toList()).lines().forEach(console::line);
      }
      announced(log.announced(), log.newestEpoch()).forEach(console::line);
    }
    return CommandLine.ExitCode.OK;
  }

  static Table table(List<SelectionPlan> plans) {
    Table table = new Table("epoch", "known", "unseen", "retired", "dataset size", "world size");
    for (SelectionPlan plan : plans) {
      table.add(
          Integer.toString(plan.getEpoch()),
          Numbers.count(plan.getKnown()),
          Numbers.count(plan.getUnseen()),
          Numbers.count(plan.getRetired()),
          Numbers.count(plan.getDatasetSize()),
          Integer.toString(plan.getWorldSize()));
    }
    return table;
  }

  /** Sizes, and not ids: of the ranges that shards other than 0 are told nothing is read here. */
  static List<String> announced(Announcements since, int newestEpoch) {
    return since.growths().stream()
        .map(
            growth ->
                String.format(
                    "Announced and in no plan yet: dataset size %s to %s, from epoch %d on.",
                    Numbers.count(growth.from()),
                    Numbers.count(growth.to()),
                    Math.max(growth.fromEpoch(), newestEpoch + 1)))
        .toList();
  }
}
