package io.sluice.local.control;

import io.sluice.agent.client.ControlWriter;
import io.sluice.agent.client.IdRange;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice dataset retire}: takes samples out for good. */
@Command(
    name = "retire",
    description = {
      "Take samples out of a run for good: they are forgotten and never selected again.",
      "",
      "There is no way back: who announces them again changes nothing."
    })
final class DatasetRetire implements Callable<Integer> {

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private GivenIds which;

  DatasetRetire(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunConfig config = RunFlags.read(spec, environment);
    List<IdRange> ids = which.ranges();
    try (RunLog log = RunLog.open(config);
        ControlWriter writer = new ControlWriter(config)) {
      checkAnnounced(ids, log.announced().datasetSize(), config.get(Options.RUN_NAME));
      writer.retire(ids);
    }
    long count = IdList.count(ids);
    console.line(
        String.format(
            "Retired %s id%s for good, from the next selection on.",
            Numbers.count(count), count == 1 ? "" : "s"));
    console.line(
        "Losses for them that still come, from an epoch that holds them, are refused as"
            + " retired-sample, which does no harm.");
    return CommandLine.ExitCode.OK;
  }

  /** An id that comes later would be born retired. */
  private static void checkAnnounced(List<IdRange> ids, long size, String run) {
    long last = ids.get(ids.size() - 1).last();
    if (last >= size) {
      throw new UserError(
          String.format(
              "run '%s' has no sample %d: its ids are below %d; nothing was retired",
              run, last, size));
    }
  }
}
