package io.sluice.protocol.config;

import io.sluice.protocol.UsageError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options as flags of a command, beside {@code --config FILE}. */
public final class ConfigFlags {

  private static final String CONFIG = "--config";

  private ConfigFlags() {}

  /** Adds {@code --config} and a flag for every option of the groups. */
  public static void addTo(CommandSpec command, Option.Group... groups) {
    List<Option.Group> wanted = List.of(groups);
    addTo(command, Options.ALL.stream().filter(o -> wanted.contains(o.group())).toList());
  }

  /** Adds {@code --config} and a flag for each of the options, in sections by their group. */
  public static void addTo(CommandSpec command, List<Option<?>> options) {
    command.addOption(
        OptionSpec.builder(CONFIG)
            .paramLabel("FILE")
            .type(Path.class)
            .description(
                "YAML file of settings; the environment (SLUICE_...) overrides it, flags override"
                    + " both.")
            .build());
    addFlags(command, options);
  }

  /** Adds a flag for each of the options, in sections by their group. */
  public static void addFlags(CommandSpec command, List<Option<?>> options) {
    int order = 100;
    for (Option.Group group : Option.Group.values()) {
      ArgGroupSpec.Builder section =
          ArgGroupSpec.builder()
              .heading("%n" + group.title() + ":%n")
              .order(order++)
              .validate(false)
              .exclusive(false);
      List<Option<?>> ofGroup = options.stream().filter(o -> o.group() == group).toList();
      if (!ofGroup.isEmpty()) {
        ofGroup.forEach(option -> section.addArg(flag(option)));
        command.addArgGroup(section.build());
      }
    }
  }

  /**
   * The settings in effect for a parsed command.
   *
   * @param defaults what holds where neither file, environment nor flags say otherwise
   * @throws UsageError for an unknown key or a value that is not allowed
   */
  public static RunConfig read(
      ParseResult command, RunConfig defaults, Map<String, String> environment) {
    RunConfig config = defaults;
    Path file = command.matchedOptionValue(CONFIG, null);
    if (file != null) {
      config = config.with(YamlFile.read(file), file.toString());
    }
    config = config.withEnvironment(environment);
    Map<String, String> flags = new LinkedHashMap<>();
    for (Option<?> option : Options.ALL) {
      String text = command.matchedOptionValue(option.flag(), null);
      if (text != null) {
        flags.put(option.key(), text);
      }
    }
    return config.with(flags, "flag");
  }

  private static OptionSpec flag(Option<?> option) {
    String defaultText =
        option
            .defaultText()
            .map(text -> " Default: " + (text.isEmpty() ? "none" : text) + ".")
            .orElse(" Required.");
    return OptionSpec.builder(option.flag())
        .paramLabel(option.key().replaceAll(".*-", "").toUpperCase(java.util.Locale.ROOT))
        .type(String.class)
        .description(
            (option.description() + defaultText + " Allowed: " + option.allowed() + ".")
                .replace("%", "%%"))
        .build();
  }
}
