package io.sluice.local.report;

import io.sluice.local.AtomicFile;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.local.Table;
import io.sluice.local.control.PartitionReader;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice quarantine}: who is suspected to be mislabelled. */
@Command(
    name = "quarantine",
    description = {
      "List the samples in quarantine: those that stayed among the hardest and are suspected to be"
          + " mislabelled.",
      "",
      "A run has a quarantine where its setting quarantine is above 0. Look at the samples; correct"
          + " them where they come from, or take them out for good with 'sluice dataset retire'. One"
          + " that is easier when it is measured again is released by itself."
    })
public final class QuarantineCommand implements Callable<Integer> {

  private static final int SHOWN = 20;

  private static final List<io.sluice.protocol.config.Option<?>> FLAGS =
      List.of(Options.RUN_NAME, Options.BOOTSTRAP_SERVERS, Options.SHARDS, Options.PARTITIONS);

  private final Console console;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where to write all of them, as CSV with the columns sample_id and since_selection.")
  private Path out;

  private QuarantineCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  public static CommandLine commandLine(Console console, Map<String, String> environment) {
    CommandLine command = new CommandLine(new QuarantineCommand(console, environment));
    ConfigFlags.addTo(command.getCommandSpec(), FLAGS);
    return command;
  }

  @Override
  public Integer call() {
    RunConfig config =
        ConfigFlags.read(spec.commandLine().getParseResult(), RunConfig.defaults(), environment);
    RunTopics.require(config, Role.OPERATOR);
    Optional<QuarantineTally.State> newest;
    try (PartitionReader reader = new PartitionReader(config)) {
      newest = RunTopicsReader.quarantine(config, reader).newest();
    }
    if (newest.isEmpty()) {
      console.line(
          "Run '" + config.get(Options.RUN_NAME) + "' has no selection yet that is complete.");
      return CommandLine.ExitCode.OK;
    }
    show(newest.get());
    if (out != null) {
      AtomicFile.write(out, file -> write(newest.get(), file));
      console.line("List written to " + out);
    }
    return CommandLine.ExitCode.OK;
  }

  private void show(QuarantineTally.State state) {
    if (state.samples().isEmpty()) {
      console.line("No sample is in quarantine as of selection " + state.selection() + ".");
      return;
    }
    Table table = new Table("sample", "since selection");
    state.samples().stream()
        .limit(SHOWN)
        .forEach(held -> table.add(Long.toString(held.id()), Integer.toString(held.since())));
    table.lines().forEach(console::line);
    int more = state.samples().size() - SHOWN;
    if (more > 0) {
      console.line(String.format("and %s more; --out writes them all", Numbers.count(more)));
    }
    console.line("");
    console.line(
        String.format(
            "%s of %s samples are in quarantine as of selection %d, %s.",
            Numbers.count(state.samples().size()),
            Numbers.count(state.known()),
            state.selection(),
            Numbers.percent((double) state.samples().size() / state.known())));
  }

  private static void write(QuarantineTally.State state, Writer file) throws IOException {
    file.write("sample_id,since_selection\n");
    for (QuarantineTally.Held held : state.samples()) {
      file.write(held.id() + "," + held.since() + "\n");
    }
  }
}
