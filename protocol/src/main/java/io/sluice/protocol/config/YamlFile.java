package io.sluice.protocol.config;

import io.sluice.protocol.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Settings from a YAML file: a flat map of keys; a nested map's keys are joined with a dot. */
final class YamlFile {

  private YamlFile() {}

  /**
   * @throws UsageError when the file is missing, unreadable or not a map of keys to values
   */
  static Map<String, String> read(Path file) {
    Object document;
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      document = new Load(settings).loadFromString(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageError("config file " + file + " does not exist", e);
    } catch (IOException e) {
      throw new UsageError("config file " + file + " cannot be read: " + e.getMessage(), e);
    } catch (MarkedYamlEngineException e) {
      String line =
          e.getProblemMark().map(mark -> " line " + (mark.getLine() + 1) + ":").orElse("");
      throw new UsageError(
          "config file " + file + " is not YAML:" + line + " " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new UsageError("config file " + file + " is not YAML: " + firstLine(e.getMessage()), e);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    if (document instanceof Map<?, ?> map) {
      flatten("", map, file, settings);
    } else if (document != null) {
      throw new UsageError("config file " + file + " must be a map of 'key: value' lines");
    }
    return settings;
  }

  private static void flatten(
      String prefix, Map<?, ?> map, Path file, Map<String, String> settings) {
    map.forEach(
        (name, value) -> {
          String key = prefix + name;
          if (value instanceof Map<?, ?> nested) {
            flatten(key + ".", nested, file, settings);
          } else if (value instanceof Iterable<?>) {
            throw new UsageError(
                "config file " + file + ": " + key + " is a list; allowed: a single value");
          } else {
            settings.put(key, value == null ? "" : value.toString());
          }
        });
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
