package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.Console;
import io.sluice.local.control.DatasetCommand;
import io.sluice.local.control.MembershipCommand;
import io.sluice.protocol.config.RunConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/** Whoever looks after a run, with the commands for that. */
final class TestingOperator {

  private final RunConfig config;

  TestingOperator(RunConfig config) {
    this.config = config;
  }

  /** Returns what the command prints. */
  String dataset(String... arguments) {
    return run(console -> DatasetCommand.commandLine(console, Map.of()), arguments);
  }

  /** Returns what the command prints. */
  String membership(String... arguments) {
    return run(console -> MembershipCommand.commandLine(console, Map.of()), arguments);
  }

  private String run(Function<Console, CommandLine> command, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(arguments));
    for (String key : List.of("run", "bootstrap-servers", "shards", "partitions", "average")) {
      all.add("--" + key);
      all.add(config.inEffect().get(key));
    }
    int code =
        command.apply(new Console(out, false, false, 80)).execute(all.toArray(String[]::new));
    String printed = bytes.toString(StandardCharsets.UTF_8);
    assertThat(code).as(printed).isZero();
    return printed;
  }
}
