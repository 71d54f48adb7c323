package io.sluice.local.control;

import io.sluice.agent.client.ControlWriter;
import io.sluice.agent.client.IdRange;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice dataset add}: announces new samples. */
@Command(
    name = "add",
    description = {
      "Announce new samples to a run; its agents go on and find them in their selections.",
      "",
      "The agents have to be able to read the samples by then. Ids that are announced already stay"
          + " as they are. If the run has a class-floor, this command reads the labels from the run's"
          + " dataset, so it has to run where that is."
    })
final class DatasetAdd implements Callable<Integer> {

  /** Either of them. */
  private static final class NewIds extends GivenIds {
    @Option(
        names = "--count",
        paramLabel = "N",
        description =
            "Number of new samples; their ids follow those that the run has. Default: none."
                + " Allowed: an integer from 1.")
    private Long count;
  }

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private NewIds what;

  @Option(
      names = "--from-epoch",
      paramLabel = "E",
      description =
          "First epoch whose selection may hold them. Default: that of the next selection. Allowed:"
              + " an integer from 0 to 1000000; one that is past means the next.")
  private Integer fromEpoch;

  DatasetAdd(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (what.count != null && what.count < 1) {
      throw new UsageError("count is '" + what.count + "' (flag); allowed: an integer from 1");
    }
    RunFlags.checkFromEpoch(fromEpoch);
    RunConfig config = RunFlags.read(spec, environment);
    List<IdRange> given = what.count == null ? what.ranges() : List.of();
    try (NewLabels labels = NewLabels.open(config);
        RunLog log = RunLog.open(config);
        ControlWriter writer = new ControlWriter(config)) {
      boolean first = log.announced().datasetSize() == 0;
      int next = log.newestEpoch() + 1;
      int from = fromEpoch == null ? next : Math.max(fromEpoch, next);
      List<IdRange> ids = given;
      if (given.isEmpty()) {
        ids = DatasetGrowth.add(config, log, writer, what.count, from, labels);
      } else {
        labels.require(given.get(given.size() - 1).last());
        writer.add(given, from, labels.labels());
      }
      report(ids, labels.areWanted(), from, next, log.newestEpochNow() + 1);
      if (first && given.isEmpty()) {
        console.line(
            "Nothing was announced before, so ids begin at 0. An agent that starts the run announces"
                + " its dataset from id 0 on, too.");
      }
    }
    return CommandLine.ExitCode.OK;
  }

  /**
   * @param labelled whether their labels were declared, too
   * @param next first epoch whose selection had not been made before
   * @param nextNow first epoch whose selection had not been made afterwards
   */
  private void report(List<IdRange> ids, boolean labelled, int from, int next, int nextNow) {
    console.line(
        String.format(
            "Announced %s sample%s, %s, %sfrom epoch %d on.",
            Numbers.count(IdList.count(ids)),
            IdList.count(ids) == 1 ? "" : "s",
            describe(ids),
            labelled ? "with labels, " : "",
            from));
    console.line(
        "Unseen samples are always selected, so they are trained in the first epoch that may hold"
            + " them.");
    if (nextNow > from) {
      console.line(
          String.format(
              "Selection %d was made meanwhile; those that came too late for it are in the next.",
              from));
    } else if (from == next && next > 0) {
      console.line(
          String.format(
              "If epoch %d is just ending, some of them come one epoch later.", next - 1));
    }
  }

  private static String describe(List<IdRange> ids) {
    if (ids.size() > 5) {
      return String.format(
          "%d ranges of ids between %d and %d",
          ids.size(), ids.get(0).first(), ids.get(ids.size() - 1).last());
    }
    return ids.stream()
        .map(
            range ->
                range.count() == 1
                    ? "id " + range.first()
                    : "ids " + range.first() + " to " + range.last())
        .collect(Collectors.joining(", "));
  }
}
