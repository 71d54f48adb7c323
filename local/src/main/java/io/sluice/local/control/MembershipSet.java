package io.sluice.local.control;

import io.sluice.agent.client.ControlWriter;
import io.sluice.local.Console;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice membership set}: makes a run's ranks fewer or more. */
@Command(
    name = "set",
    description = {
      "Make 0 to W - 1 the ranks of a run from an epoch on.",
      "",
      "An epoch that waits for a rank that is gone for good goes on when that rank is removed. The"
          + " highest ranks go; where a lower one is gone, start an agent with its number in the"
          + " place of one that goes."
    })
final class MembershipSet implements Callable<Integer> {

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--world-size",
      required = true,
      paramLabel = "W",
      description = "Number of ranks. Required. Allowed: an integer from 1 to 65536.")
  private String worldSize;

  @Option(
      names = "--from-epoch",
      paramLabel = "E",
      description =
          "First epoch that the ranks have to end. Default: the open epoch, for fewer ranks; two"
              + " epochs after the newest selection's, for more. Allowed: an integer from 0 to"
              + " 1000000.")
  private Integer fromEpoch;

  MembershipSet(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunFlags.checkFromEpoch(fromEpoch);
    RunConfig config =
        RunFlags.read(spec, environment).with(Map.of(Options.WORLD_SIZE.key(), worldSize), "flag");
    try (RunLog log = RunLog.open(config);
        ControlWriter writer = new ControlWriter(config)) {
      int now =
          log.newestPlan()
              .map(SelectionPlan::getWorldSize)
              .orElse(log.announced().firstWorldSize().orElse(0));
      RanksChange change =
          RanksChange.of(
              now,
              log.announced().members(),
              log.newestEpoch(),
              config.get(Options.WORLD_SIZE),
              fromEpoch == null ? OptionalInt.empty() : OptionalInt.of(fromEpoch));
      RunTopics.require(config, Role.MEMBERSHIP);
      writer.setMembers(change.after(), change.fromEpoch(), change.fromSyncs(log.newestEpoch()));
      change.describe(log.newestEpoch()).forEach(console::line);
      if (change.after() > change.before() && log.newestEpochNow() + 1 >= change.fromEpoch()) {
        console.line(
            String.format(
                "The run went on meanwhile, so epoch %d may have begun in some shards: there the"
                    + " new ranks begin one epoch later, and what they report for it is refused as"
                    + " late-loss.",
                change.fromEpoch()));
      }
    }
    return CommandLine.ExitCode.OK;
  }
}
