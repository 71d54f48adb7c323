package io.sluice.deployment.kubernetes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Maps and lists as YAML has them. */
final class Yaml {

  private Yaml() {}

  /** A copy that may be changed. */
  static Map<String, Object> map(Object value) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, item) -> copy.put((String) key, item));
    return copy;
  }

  static List<Object> list(Object value) {
    return value == null ? List.of() : new ArrayList<>((List<?>) value);
  }

  static List<Map<?, ?>> documents(String yaml) {
    List<Map<?, ?>> documents = new ArrayList<>();
    LoadSettings settings = LoadSettings.builder().setCodePointLimit(1 << 24).build();
    for (Object document : new Load(settings).loadAllFromString(yaml)) {
      documents.add((Map<?, ?>) document);
    }
    return documents;
  }

  /** Lays one document over another, as the Flink operator does: lists by position. */
  static Object merge(Object below, Object above) {
    if (below instanceof Map<?, ?> && above instanceof Map<?, ?> upper) {
      Map<String, Object> merged = map(below);
      upper.forEach(
          (key, value) -> merged.merge((String) key, value, (low, high) -> merge(low, high)));
      return merged;
    }
    if (below instanceof List<?> && above instanceof List<?> upper) {
      List<Object> merged = list(below);
      for (int i = 0; i < upper.size(); i++) {
        if (i < merged.size()) {
          merged.set(i, merge(merged.get(i), upper.get(i)));
        } else {
          merged.add(upper.get(i));
        }
      }
      return merged;
    }
    return above == null ? below : above;
  }
}
