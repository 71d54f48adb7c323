package io.sluice.protocol.config;

import io.sluice.protocol.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.ComposerException;
import org.snakeyaml.engine.v2.exceptions.DuplicateKeyException;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.ScannerException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Settings from a YAML file: a flat map of keys; a nested map's keys are joined with a dot. Values
 * are taken as they are written, and nothing but text is made of them. Other files may have the
 * maps and lists that they need.
 *
 * <p>The file may hold passwords. An error says where the mistake is, and neither it nor its cause
 * shows what the file says there.
 */
public final class YamlFile {

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]+");

  /** Where the words of a scanner or parser end and those of the file begin. */
  private static final Pattern QUOTED =
      Pattern.compile("(tag handle|escape character|but found:|valid version:) .*", Pattern.DOTALL);

  private YamlFile() {}

  /**
   * @throws UsageError when the file is missing, unreadable or not a map of keys to values
   */
  static Map<String, String> read(Path file) {
    Map<String, String> settings = new LinkedHashMap<>();
    flatten("", map(file, "config file"), file, settings);
    return settings;
  }

  /**
   * Reads a file of maps, lists and texts, nested as they are written; a value that is left out is
   * null.
   *
   * @param kind what the file is, for messages, such as {@code config file}
   * @return empty when the file is
   * @throws UsageError when the file is missing, unreadable or not a map
   */
  public static Map<?, ?> map(Path file, String kind) {
    LoadSettings load =
        LoadSettings.builder()
            .setSchema(new FailsafeSchema())
            .setTagConstructors(Map.of(Tag.NULL, nothing -> null))
            .setMaxAliasesForCollections(0) // a map could hold itself
            .build();
    Object document;
    try {
      document = new Load(load).loadFromString(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageError(kind + " " + file + " does not exist", e);
    } catch (IOException e) {
      throw new UsageError(kind + " " + file + " cannot be read: " + e.getMessage(), e);
    } catch (MarkedYamlEngineException e) {
      throw notYaml(file, kind, e.getProblemMark().map(YamlFile::place).orElse("") + problem(e));
    } catch (YamlEngineException e) {
      throw notYaml(file, kind, "a character, an alias or a size that settings do not have");
    }
    if (document instanceof Map<?, ?> map) {
      return map;
    }
    if (document != null) {
      throw new UsageError(kind + " " + file + " must be a map of 'key: value' lines");
    }
    return Map.of();
  }

  /** Without a cause, for that shows a piece of the file. */
  private static UsageError notYaml(Path file, String kind, String why) {
    return new UsageError(kind + " " + file + " is not YAML of settings: " + why);
  }

  private static String place(Mark mark) {
    return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ";
  }

  private static String problem(MarkedYamlEngineException e) {
    if (e instanceof ScannerException || e instanceof ParserException) {
      return QUOTED.matcher(e.getProblem()).replaceAll("$1");
    }
    if (e instanceof DuplicateKeyException) {
      return "a key that was there before";
    }
    if (e instanceof ComposerException) {
      return "an alias of nothing; put a value that begins with '*' in quotes";
    }
    return "a tag, which settings do not have; put a value that begins with '!' in quotes";
  }

  private static void flatten(
      String prefix, Map<?, ?> map, Path file, Map<String, String> settings) {
    map.forEach(
        (name, value) -> {
          // A value that has lost its quotes or its indentation looks like a key.
          if (!(name instanceof String text && KEY.matcher(text).matches())) {
            throw new UsageError(
                String.format(
                    "config file %s has a key%s that is none; allowed: letters, digits, '.', '-' and"
                        + " '_'; check quotes and indentation",
                    file, prefix.isEmpty() ? "" : " below " + prefix));
          }
          String key = prefix + name;
          if (value instanceof Map<?, ?> nested) {
            flatten(key + ".", nested, file, settings);
          } else if (value instanceof Iterable<?>) {
            throw new UsageError(
                "config file " + file + ": " + key + " is a list; allowed: a single value");
          } else {
            settings.put(key, value == null || value.equals("null") ? "" : value.toString());
          }
        });
  }
}
