package io.sluice.monitoring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The alerts that come with Sluice. */
final class Alerts {

  /** For the Prometheus operator. */
  static final Path RESOURCE = Path.of("..", "k8s", "base", "monitoring", "alerts.yaml");

  /** For a Prometheus without it. */
  static final Path RULES = Path.of("..", "docker", "alerts.yml");

  /** One alert. */
  record Alert(String name, String expression, Map<?, ?> labels, Map<?, ?> annotations) {}

  private Alerts() {}

  static List<Alert> all() {
    return ((List<?>) yaml(RULES).get("groups"))
        .stream()
            .flatMap(group -> ((List<?>) ((Map<?, ?>) group).get("rules")).stream())
            .map(rule -> alert((Map<?, ?>) rule))
            .toList();
  }

  static Map<?, ?> yaml(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Alert alert(Map<?, ?> rule) {
    return new Alert(
        (String) rule.get("alert"),
        (String) rule.get("expr"),
        (Map<?, ?>) rule.get("labels"),
        (Map<?, ?>) rule.get("annotations"));
  }
}
