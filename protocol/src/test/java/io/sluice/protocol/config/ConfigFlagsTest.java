package io.sluice.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ConfigFlagsTest {

  private static final RunConfig DEFAULTS =
      RunConfig.defaults().with(Map.of("clusters", "2", "epochs", "2"), "command");

  @TempDir private Path folder;

  @Test
  void flagsOverrideTheEnvironmentWhichOverridesTheFile() throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, "epochs: 3\nclusters: 3\nwindow-scale: 0.3\nprune-ratio: 0.3\n");
    Map<String, String> environment =
        Map.of("SLUICE_WINDOW_SCALE", "0.4", "SLUICE_PRUNE_RATIO", "0.4");

    RunConfig config = read(environment, "--config", file.toString(), "--prune-ratio", "0.6");

    assertThat(config.get(Options.EPOCHS)).as("the file over the command").isEqualTo(new Epochs(3));
    assertThat(config.get(Options.WINDOW_SCALE)).as("the environment over it").isEqualTo(0.4);
    assertThat(config.get(Options.PRUNE_RATIO)).as("flags over all").isEqualTo(0.6);
    assertThat(read(Map.of()).get(Options.CLUSTERS)).as("the command's own").isEqualTo(2);
    assertThat(read(Map.of()).get(Options.SHARDS)).as("the default").isEqualTo(128);
  }

  @Test
  void mistakesNameTheirOrigin() throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, "epoch: 3\n");

    assertThatThrownBy(() -> read(Map.of(), "--config", file.toString()))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("unknown key 'epoch' (%s); allowed: ", file);
    assertThatThrownBy(() -> read(Map.of(), "--epochs", "none"))
        .isInstanceOf(UsageError.class)
        .hasMessage("epochs is 'none' (flag); allowed: an integer from 1 to 1000000, or unbounded");
  }

  @Test
  void theHelpExplainsEveryOption() {
    String help = command().getUsageMessage(CommandLine.Help.Ansi.OFF).replaceAll("\\s+", " ");

    for (Option<?> option : Options.ALL) {
      assertThat(help)
          .contains("--" + option.key() + "=")
          .contains(option.description())
          .contains("Allowed: " + option.allowed() + ".");
      option
          .defaultText()
          .filter(text -> !text.isEmpty())
          .ifPresent(
              text -> assertThat(help).contains(option.description() + " Default: " + text + "."));
    }
    assertThat(help).contains(Options.RUN_NAME.description() + " Required.");
    for (Option.Group group : Option.Group.values()) {
      assertThat(help).contains(group.title() + ":");
    }
  }

  @Test
  void aCommandHasOnlyTheGroupsItAskedFor() {
    CommandSpec command = CommandSpec.create();
    ConfigFlags.addTo(command, Option.Group.SELECTION);

    assertThat(command.findOption("--policy")).isNotNull();
    assertThat(command.findOption("--config")).isNotNull();
    assertThat(command.findOption("--rank")).isNull();
  }

  private static RunConfig read(Map<String, String> environment, String... arguments) {
    return ConfigFlags.read(command().parseArgs(arguments), DEFAULTS, environment);
  }

  private static CommandLine command() {
    CommandSpec command = CommandSpec.create().name("test");
    ConfigFlags.addTo(command, Option.Group.values());
    return new CommandLine(command).setUsageHelpWidth(300);
  }
}
