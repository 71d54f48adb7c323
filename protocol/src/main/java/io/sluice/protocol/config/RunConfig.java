package io.sluice.protocol.config;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.Topics;
import io.sluice.protocol.UsageError;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of a run, gathered from defaults, a YAML file, the environment and flags, each
 * overriding the ones before. Every value is checked when it is added. Keys that start with {@code
 * kafka.} go to every Kafka client as they are, without the prefix.
 */
public final class RunConfig {

  private static final String KAFKA_PREFIX = "kafka.";
  private static final String VARIABLE_PREFIX = "SLUICE_";

  /** Read by the launcher script, not settings of a run. */
  private static final String LAUNCHER_PREFIX = "SLUICE_LAUNCHER_";

  private record Value(String text, String origin) {}

  private final Map<String, Value> values;

  private RunConfig(Map<String, Value> values) {
    this.values = values;
  }

  public static RunConfig defaults() {
    return new RunConfig(Map.of());
  }

  /**
   * Settings by key, overriding those that are there.
   *
   * @param origin where they come from, for messages
   * @throws UsageError for an unknown key or a value that is not allowed
   */
  public RunConfig with(Map<String, String> settings, String origin) {
    Map<String, Value> merged = new TreeMap<>(values);
    settings.forEach(
        (key, text) -> {
          if (!key.startsWith(KAFKA_PREFIX)) {
            optionFor(key, origin).parse(text, origin);
          }
          merged.put(key, new Value(text, origin));
        });
    return new RunConfig(merged);
  }

  /**
   * The variables that start with {@code SLUICE_}, overriding what is there. {@code
   * SLUICE_KAFKA_SASL_JAAS_CONFIG} is {@code kafka.sasl.jaas.config}.
   */
  public RunConfig withEnvironment(Map<String, String> environment) {
    RunConfig config = this;
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      if (name.startsWith(VARIABLE_PREFIX) && !name.startsWith(LAUNCHER_PREFIX)) {
        String key = key(name.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT));
        config = config.with(Map.of(key, variable.getValue()), "environment variable " + name);
      }
    }
    return config;
  }

  private static String key(String name) {
    String dotted = name.replace('_', '.');
    return dotted.startsWith(KAFKA_PREFIX) ? dotted : name.replace('_', '-');
  }

  /**
   * @throws UsageError when the option has no default and nobody set it
   */
  public <T> T get(Option<T> option) {
    Value value = values.get(option.key());
    if (value != null) {
      return option.parse(value.text(), value.origin());
    }
    String text =
        option
            .defaultText()
            .orElseThrow(
                () ->
                    new UsageError(
                        String.format(
                            "%s is not set; give it with %s, as %s in the environment or as '%s:'"
                                + " in the --config file; allowed: %s",
                            option.key(),
                            option.flag(),
                            option.variable(),
                            option.key(),
                            option.allowed())));
    return option.parse(text, "default");
  }

  public Topics topics() {
    return new Topics(get(Options.RUN_NAME));
  }

  public Sharding sharding() {
    return new Sharding(get(Options.SHARDS), get(Options.PARTITIONS));
  }

  /**
   * Number of epochs after which a cycle of training ends with annealing and the next one begins; 0
   * when that never comes.
   */
  public int cycle() {
    int every = get(Options.ANNEAL_EVERY);
    Epochs epochs = get(Options.EPOCHS);
    if (every == 0 && epochs.bounded()) {
      return epochs.count();
    }
    return every;
  }

  /** Whether the agents of a run train one model, and not a replica each. */
  public boolean averages() {
    return get(Options.AVERAGE).equals("on");
  }

  /** Whether difficulties are made of losses relative to their mini-batch's mean. */
  public boolean relativeLosses() {
    return get(Options.SIGNAL).equals("relative");
  }

  /** Properties for any Kafka client of this run: the brokers and every {@code kafka.} key. */
  public Properties kafkaProperties() {
    Properties properties = new Properties();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(KAFKA_PREFIX)) {
            properties.setProperty(key.substring(KAFKA_PREFIX.length()), value.text());
          }
        });
    properties.setProperty("bootstrap.servers", get(Options.BOOTSTRAP_SERVERS));
    return properties;
  }

  /** Every setting with its value in effect, in the order of the help; unset ones are left out. */
  public Map<String, String> inEffect() {
    Map<String, String> result = new LinkedHashMap<>();
    for (Option<?> option : Options.ALL) {
      Value value = values.get(option.key());
      if (value != null) {
        result.put(option.key(), value.text());
      } else {
        option.defaultText().ifPresent(text -> result.put(option.key(), text));
      }
    }
    return result;
  }

  private static Option<?> optionFor(String key, String origin) {
    return Options.byKey(key)
        .orElseThrow(
            () ->
                new UsageError(
                    "unknown key '" + key + "' (" + origin + "); allowed: " + allowedKeys()));
  }

  private static String allowedKeys() {
    return Stream.concat(Options.ALL.stream().map(Option::key), Stream.of("kafka.*"))
        .collect(Collectors.joining(", "));
  }
}
