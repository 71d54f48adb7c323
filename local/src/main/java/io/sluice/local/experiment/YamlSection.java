package io.sluice.local.experiment;

import io.sluice.protocol.UsageError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A map of the experiment's file, out of which keys are taken; what is left when all is taken that
 * there may be is an error. Each error names the file and the key.
 */
final class YamlSection {

  private final Path file;
  private final String path;
  private final Map<String, Object> left = new LinkedHashMap<>();

  /**
   * @param path keys that lead to the map, with a dot after each; empty for the whole file
   */
  YamlSection(Path file, String path, Map<?, ?> map) {
    this.file = file;
    this.path = path;
    map.forEach(
        (key, value) -> {
          if (!(key instanceof String name)) {
            throw new UsageError(
                "experiment file " + file + ": " + where() + " has a key that is not a text");
          }
          left.put(name, value);
        });
  }

  /** The keys that are not taken yet, in the file's order. */
  List<String> keys() {
    return List.copyOf(left.keySet());
  }

  /** Takes a single value; empty when the key is not there. */
  Optional<String> text(String key) {
    return left.containsKey(key) ? Optional.of(single(key, left.remove(key))) : Optional.empty();
  }

  /** Takes a list of single values; empty when the key is not there. */
  List<String> texts(String key) {
    if (!left.containsKey(key)) {
      return List.of();
    }
    if (!(left.remove(key) instanceof List<?> list)) {
      throw wrong(key, "is not a list", "a list such as [1, 2]");
    }
    List<String> texts = new ArrayList<>();
    list.forEach(value -> texts.add(single(key, value)));
    return texts;
  }

  /** Takes a map; one without keys when the key is not there. */
  YamlSection section(String key) {
    Object value = left.containsKey(key) ? left.remove(key) : Map.of();
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(key, "is not a map", "'key: value' lines below it");
    }
    return new YamlSection(file, path + key + ".", map);
  }

  /** Takes all that is left, each of it a single value. */
  Map<String, String> rest() {
    Map<String, String> values = new LinkedHashMap<>();
    left.forEach((key, value) -> values.put(key, value == null ? "" : single(key, value)));
    left.clear();
    return values;
  }

  /**
   * Ends the map.
   *
   * @param allowed the keys that there may be, for the message
   * @throws UsageError when a key has not been taken
   */
  void end(String... allowed) {
    for (String key : left.keySet()) {
      throw new UsageError(
          String.format(
              "experiment file %s: unknown key '%s%s'; allowed: %s",
              file, path, key, String.join(", ", allowed)));
    }
  }

  /** The error of a value that is not allowed. */
  UsageError wrong(String key, String what, String allowed) {
    return new UsageError(
        String.format("experiment file %s: %s%s %s; allowed: %s", file, path, key, what, allowed));
  }

  /** Where the map stands, for messages of settings in it. */
  String origin() {
    return file + (path.isEmpty() ? "" : ", " + where());
  }

  private String where() {
    return path.isEmpty() ? "the file" : path.substring(0, path.length() - 1);
  }

  private String single(String key, Object value) {
    if (!(value instanceof String text)) {
      throw wrong(
          key,
          value == null ? "has no value" : "is a map or holds one, or a list",
          "single values");
    }
    return text;
  }
}
