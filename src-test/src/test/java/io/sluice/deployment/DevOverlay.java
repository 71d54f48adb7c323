package io.sluice.deployment;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code k8s/overlays/dev} makes of the job's FlinkDeployment, as far as Flink is told. */
final class DevOverlay {

  private static final String CONFIGURATION = "/spec/flinkConfiguration/";
  private static final Path K8S = Repository.ROOT.resolve("k8s");

  private DevOverlay() {}

  /** {@code flinkConfiguration} with the overlay's patch, and the parallelism that the job has. */
  static Map<String, String> flinkConfiguration() {
    Object spec = Yaml.map(K8S.resolve("base/job.yaml")).get("spec");
    Map<String, String> settings = new LinkedHashMap<>();
    Yaml.map(Yaml.at(spec, "flinkConfiguration"))
        .forEach((key, value) -> settings.put(key, value.toString()));
    for (Object patch : Yaml.list(K8S.resolve("overlays/dev/job.yaml"))) {
      String path = Yaml.at(patch, "path").toString();
      if (path.startsWith(CONFIGURATION)) {
        String key = path.substring(CONFIGURATION.length()).replace("~1", "/").replace("~0", "~");
        apply(settings, Yaml.at(patch, "op").toString(), key, Yaml.at(patch, "value"));
      }
    }
    // The operator does that.
    settings.put("parallelism.default", Yaml.at(spec, "job", "parallelism").toString());
    return settings;
  }

  private static void apply(Map<String, String> settings, String op, String key, Object value) {
    switch (op) {
      case "add", "replace" -> settings.put(key, value.toString());
      case "remove" -> settings.remove(key);
      default -> throw new AssertionError("the overlay's patch does something new: " + op);
    }
  }
}
