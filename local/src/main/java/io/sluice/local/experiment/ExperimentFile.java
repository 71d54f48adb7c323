package io.sluice.local.experiment;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.config.YamlFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Reads an experiment from its YAML file. */
final class ExperimentFile {

  /** Settings that the experiment itself decides on, or that have no meaning in one process. */
  static final List<Option<?>> NOT_FOR_A_GRID =
      List.of(
          Options.RUN_NAME,
          Options.BOOTSTRAP_SERVERS,
          Options.REPLICATION,
          Options.RANK,
          Options.SEED,
          Options.CHECKPOINT_DIR,
          Options.METRICS_PORT);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,59}");
  private static final String NAME_ALLOWED =
      "1 to 60 letters, digits, '-' and '_', starting with a letter or digit";
  private static final String SHORTER = "shorter";

  private final YamlSection root;
  private final Set<String> names = new HashSet<>();

  private ExperimentFile(YamlSection root) {
    this.root = root;
  }

  /**
   * @param overrides what environment and flags make of the settings of every run
   * @throws UsageError for a file that cannot be read, a key that is unknown or a value that is not
   *     allowed
   */
  static Experiment read(Path file, UnaryOperator<RunConfig> overrides) {
    return new ExperimentFile(new YamlSection(file, "", YamlFile.map(file, "experiment file")))
        .experiment(overrides);
  }

  private Experiment experiment(UnaryOperator<RunConfig> overrides) {
    String name =
        root.text("name").orElseThrow(() -> root.wrong("name", "is not set", NAME_ALLOWED));
    checkName(root, "name", name);
    YamlSection settings = root.section("settings");
    RunConfig base = overrides.apply(base(settings));
    checkBounded(settings, base);
    List<Long> seeds = distinct("seeds", Long::valueOf, "64-bit integers, each once");
    List<Saving> savings =
        distinct("savings", Saving::parse, Saving.ALLOWED + ", each once").stream()
            .sorted()
            .toList();
    List<Arm> arms = new ArrayList<>(baselines(root.section("baselines")));
    if (flag(SHORTER)) {
      require(names.add(SHORTER), SHORTER, "is the name of another arm too", "false, or rename it");
      arms.add(Arm.shorter(SHORTER));
    }
    arms.addAll(policies(root.section("policies"), savings));
    root.end("name", "settings", "seeds", "savings", "baselines", SHORTER, "policies");

    require(!seeds.isEmpty(), "seeds", "is empty", "at least one seed");
    require(!arms.isEmpty(), "policies", "is empty", "at least one policy or baseline");
    require(
        !savings.isEmpty() || arms.stream().allMatch(arm -> arm.kind() == Arm.Kind.BASELINE),
        "savings",
        "is empty",
        "at least one saving, unless there are baselines only");
    return new Experiment(name, base, seeds, savings, arms);
  }

  private RunConfig base(YamlSection section) {
    Map<String, String> settings = section.rest();
    refuse(section, settings, NOT_FOR_A_GRID, "the experiment sets it");
    refuse(section, settings, List.of(Options.BUDGET), "the savings set it");
    return RunConfig.defaults().with(settings, section.origin());
  }

  private List<Arm> baselines(YamlSection section) {
    List<Arm> arms = new ArrayList<>();
    for (String name : section.keys()) {
      addName(section, name);
      arms.add(new Arm(name, Arm.Kind.BASELINE, armSettings(section.section(name)), Map.of()));
    }
    return arms;
  }

  private List<Arm> policies(YamlSection section, List<Saving> savings) {
    List<Arm> arms = new ArrayList<>();
    for (String name : section.keys()) {
      addName(section, name);
      YamlSection arm = section.section(name);
      YamlSection at = arm.section("at");
      Map<Saving, Arm.Settings> further = new LinkedHashMap<>();
      for (String key : at.keys()) {
        Saving saving = parse(at, key, key, Saving::parse, "one of the savings");
        if (!savings.contains(saving) || further.containsKey(saving)) {
          throw at.wrong(key, "is not among the savings or there twice", savings.toString());
        }
        further.put(saving, armSettings(at.section(key)));
      }
      arms.add(new Arm(name, Arm.Kind.POLICY, armSettings(arm), further));
    }
    return arms;
  }

  private Arm.Settings armSettings(YamlSection section) {
    Map<String, String> settings = section.rest();
    refuse(section, settings, NOT_FOR_A_GRID, "the experiment sets it");
    refuse(
        section,
        settings,
        List.of(Options.DATASET, Options.MODEL),
        "all runs have the same, from 'settings'");
    // Now and not when its turn comes, perhaps after hours.
    RunConfig config = RunConfig.defaults().with(settings, section.origin());
    checkBounded(section, config);
    return new Arm.Settings(settings, section.origin());
  }

  private void addName(YamlSection section, String name) {
    checkName(section, name, name);
    if (!names.add(name)) {
      throw section.wrong(name, "is the name of two arms", "names that differ");
    }
  }

  private static void checkName(YamlSection section, String key, String name) {
    if (!NAME.matcher(name).matches()) {
      throw section.wrong(key, "is '" + name + "'", NAME_ALLOWED);
    }
  }

  private static void refuse(
      YamlSection section, Map<String, String> settings, List<Option<?>> options, String why) {
    for (String key : settings.keySet()) {
      if (key.startsWith("kafka.")) {
        throw section.wrong(key, "has no meaning here", "no kafka.* keys, the broker is local");
      }
      if (options.stream().anyMatch(option -> option.key().equals(key))) {
        throw section.wrong(key, "cannot be set here", "nothing, since " + why);
      }
    }
  }

  private boolean flag(String key) {
    String text = root.text(key).orElse("false");
    require(Set.of("true", "false").contains(text), key, "is '" + text + "'", "true, false");
    return text.equals("true");
  }

  private <T> List<T> distinct(String key, Function<String, T> parse, String allowed) {
    List<T> values = new ArrayList<>();
    for (String text : root.texts(key)) {
      T value = parse(root, key, text, parse, allowed);
      require(!values.contains(value), key, "has " + text + " twice", allowed);
      values.add(value);
    }
    return values;
  }

  private static <T> T parse(
      YamlSection section, String key, String text, Function<String, T> parse, String allowed) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw section.wrong(key, "is or has '" + text + "'", allowed);
    }
  }

  private static void checkBounded(YamlSection section, RunConfig config) {
    if (!config.get(Options.EPOCHS).bounded()) {
      throw section.wrong("epochs", "is unbounded", "a number");
    }
  }

  private void require(boolean allowed, String key, String what, String instead) {
    if (!allowed) {
      throw root.wrong(key, what, instead);
    }
  }
}
