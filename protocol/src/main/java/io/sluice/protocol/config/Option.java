package io.sluice.protocol.config;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One setting: the same key names it in the YAML file, as an environment variable and as a flag.
 *
 * @param key name in the file, such as {@code window-scale}
 * @param group which part of the system reads it
 * @param defaultText what holds when nobody sets it; empty when there is no default
 * @param allowed what a value may be, in words that complete "allowed: …"
 * @param description meaning and unit, for the help
 * @param parse from text to value; throws IllegalArgumentException when the text is not allowed
 * @param <T> type of the value
 */
public record Option<T>(
    String key,
    Group group,
    Optional<String> defaultText,
    String allowed,
    String description,
    Function<String, T> parse) {

  /** Which part of the system reads an option. */
  public enum Group {
    RUN("Run"),
    SELECTION("Selection"),
    JOB("Flink job"),
    AGENT("Trainer agent");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");

  /** Name as an environment variable, such as {@code SLUICE_WINDOW_SCALE}. */
  public String variable() {
    return "SLUICE_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Name as a flag, such as {@code --window-scale}. */
  public String flag() {
    return "--" + key;
  }

  /**
   * @param text the value as written
   * @param origin where it was written, for the message
   * @throws UsageError when it is not allowed
   */
  T parse(String text, String origin) {
    try {
      return parse.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw new UsageError(key + " is '" + text + "' (" + origin + "); allowed: " + allowed, e);
    }
  }

  static Option<Integer> integer(
      String key, Group group, String defaultText, int min, int max, String description) {
    String allowed =
        max == Integer.MAX_VALUE
            ? "an integer from " + min
            : "an integer from " + min + " to " + max;
    return new Option<>(
        key,
        group,
        Optional.ofNullable(defaultText),
        allowed,
        description,
        text -> {
          int value = Integer.parseInt(text);
          check(value >= min && value <= max);
          return value;
        });
  }

  static Option<Epochs> epochs(String key, Group group, String defaultText, String description) {
    return new Option<>(
        key,
        group,
        Optional.of(defaultText),
        "an integer from 1 to " + Wire.MAX_EPOCH + ", or " + Epochs.UNBOUNDED,
        description,
        Epochs::parse);
  }

  static Option<Long> seed(String key, Group group, String defaultText, String description) {
    return new Option<>(
        key, group, Optional.of(defaultText), "a 64-bit integer", description, Long::parseLong);
  }

  /** A number from min to max, each bound inclusive or not. */
  static Option<Double> decimal(
      String key,
      Group group,
      String defaultText,
      double min,
      boolean minInclusive,
      double max,
      boolean maxInclusive,
      String description) {
    String allowed =
        "a number "
            + (minInclusive ? "from " : "above ")
            + number(min)
            + (maxInclusive ? " to " : " and below ")
            + number(max);
    return new Option<>(
        key,
        group,
        Optional.of(defaultText),
        allowed,
        description,
        text -> {
          double value = Double.parseDouble(text);
          check(minInclusive ? value >= min : value > min);
          check(maxInclusive ? value <= max : value < max);
          return value;
        });
  }

  static Option<String> choice(
      String key, Group group, String defaultText, List<String> choices, String description) {
    return new Option<>(
        key,
        group,
        Optional.of(defaultText),
        String.join(", ", choices),
        description,
        text -> {
          check(choices.contains(text));
          return text;
        });
  }

  static Option<String> text(
      String key,
      Group group,
      String defaultText,
      Pattern pattern,
      String allowed,
      String description) {
    return new Option<>(
        key,
        group,
        Optional.ofNullable(defaultText),
        allowed,
        description,
        text -> {
          check(pattern.matcher(text).matches());
          return text;
        });
  }

  /** A folder or file; an empty text means none. */
  static Option<Optional<Path>> path(String key, Group group, String description) {
    return new Option<>(
        key,
        group,
        Optional.of(""),
        "a path",
        description,
        text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)));
  }

  static Option<Duration> duration(
      String key, Group group, String defaultText, Duration min, String description) {
    return new Option<>(
        key,
        group,
        Optional.of(defaultText),
        "a duration such as 500ms, 10s, 5m or 1h, at least " + min.toMillis() + "ms",
        description,
        text -> {
          Duration value = parseDuration(text);
          check(value.compareTo(min) >= 0);
          return value;
        });
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    check(matcher.matches());
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static void check(boolean allowed) {
    if (!allowed) {
      throw new IllegalArgumentException();
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
