package io.sluice.local.control;

import io.sluice.local.Console;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice membership show}: who a run's ranks are. */
@Command(
    name = "show",
    description = {
      "Show who the ranks of a run are, and what is announced since its newest selection.",
      "",
      "A change that was announced before that selection and is for a later epoch is not shown."
    })
final class MembershipShow implements Callable<Integer> {

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  MembershipShow(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    RunConfig config = RunFlags.read(spec, environment);
    try (RunLog log = RunLog.open(config)) {
      console.line(
          log.newestPlan()
              .map(MembershipShow::describe)
              .orElse(
                  "Run '"
                      + config.get(Options.RUN_NAME)
                      + "' has no plans yet: no selection was made."));
      announced(log.announced(), log.newestEpoch()).forEach(console::line);
    }
    return CommandLine.ExitCode.OK;
  }

  static String describe(SelectionPlan plan) {
    return String.format(
        "Selection %d is shared by %d rank%s, of generation %d.",
        plan.getEpoch(),
        plan.getWorldSize(),
        plan.getWorldSize() == 1 ? "" : "s",
        plan.getGeneration());
  }

  static List<String> announced(Announcements since, int newestEpoch) {
    return since.members().stream()
        .map(
            members ->
                String.format(
                    "Announced since: world size %d %s, generation %d.",
                    members.worldSize(),
                    members.fromEpoch() <= newestEpoch
                        ? "from the epoch on that was open then"
                        : "from epoch " + members.fromEpoch() + " on",
                    members.generation()))
        .toList();
  }
}
