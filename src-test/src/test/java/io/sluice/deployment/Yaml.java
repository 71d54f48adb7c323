package io.sluice.deployment;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML as maps, lists and scalars, with merge keys ({@code <<}) put in place. */
final class Yaml {

  private static final String MERGE = "<<";

  private Yaml() {}

  static Map<String, Object> map(Path file) {
    return map(load(file));
  }

  static List<Object> list(Path file) {
    return list(load(file));
  }

  /**
   * @return what is there by these keys, one after the other; null if nothing is
   */
  static Object at(Object document, String... keys) {
    Object found = document;
    for (String key : keys) {
      found = found == null ? null : map(found).get(key);
    }
    return found;
  }

  @SuppressWarnings("unchecked") // the file's own structure
  static Map<String, Object> map(Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked") // the file's own structure
  static List<Object> list(Object value) {
    return value == null ? List.of() : (List<Object>) value;
  }

  static Stream<String> strings(Object list) {
    return list(list).stream().map(Object::toString);
  }

  private static Object load(Path file) {
    LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
    return merged(new Load(settings).loadFromString(Repository.read(file)));
  }

  private static Object merged(Object value) {
    if (value instanceof List<?> items) {
      return items.stream().map(Yaml::merged).toList();
    }
    if (!(value instanceof Map<?, ?> entries)) {
      return value;
    }
    Map<String, Object> result = new LinkedHashMap<>(map(merged(entries.get(MERGE))));
    entries.forEach(
        (key, item) -> {
          if (!key.equals(MERGE)) {
            result.put(key.toString(), merged(item));
          }
        });
    return result;
  }
}
