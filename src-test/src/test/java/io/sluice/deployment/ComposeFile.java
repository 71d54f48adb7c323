package io.sluice.deployment;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code docker/compose.yaml}, service by service. */
record ComposeFile(Map<String, Service> services) {

  static final Path FILE = Repository.DOCKER.resolve("compose.yaml");

  /** Where its containers find the run's settings. */
  static final String RUN_FILE = "/etc/sluice/run.yaml";

  static ComposeFile read() {
    Map<String, Service> services = new LinkedHashMap<>();
    Yaml.map(Yaml.map(FILE).get("services"))
        .forEach((name, service) -> services.put(name, new Service(name, Yaml.map(service))));
    return new ComposeFile(services);
  }

  Service service(String name) {
    return services.get(name);
  }

  /** Services that start when these profiles are active. */
  List<Service> startedBy(Set<String> profiles) {
    return services.values().stream()
        .filter(s -> s.profiles().isEmpty() || s.profiles().stream().anyMatch(profiles::contains))
        .toList();
  }

  /** Names under which a service answers, with all profiles active. */
  Set<String> hosts() {
    return services.values().stream()
        .flatMap(service -> service.hosts().stream())
        .collect(Collectors.toSet());
  }

  record Service(String name, Map<String, Object> content) {

    String image() {
      return content.get("image").toString();
    }

    boolean isBuilt() {
      return content.containsKey("build");
    }

    String dockerfile() {
      return Yaml.at(content, "build", "dockerfile").toString();
    }

    /** Stage of the Dockerfile; null for the last. */
    Object target() {
      return Yaml.at(content, "build", "target");
    }

    List<String> command() {
      return Yaml.strings(content.get("command")).toList();
    }

    List<String> profiles() {
      return Yaml.strings(content.get("profiles")).toList();
    }

    List<String> ports() {
      return Yaml.strings(content.get("ports")).toList();
    }

    List<String> volumes() {
      return Yaml.strings(content.get("volumes")).toList();
    }

    Map<String, String> environment() {
      Map<String, String> variables = new LinkedHashMap<>();
      Yaml.map(content.get("environment"))
          .forEach((variable, value) -> variables.put(variable, value.toString()));
      return variables;
    }

    /** Services that have to be healthy first. */
    Set<String> waitsFor() {
      return Yaml.map(content.get("depends_on")).keySet();
    }

    boolean hasHealthCheck() {
      return content.containsKey("healthcheck");
    }

    List<String> hosts() {
      List<String> aliases =
          Yaml.strings(Yaml.at(content, "networks", "default", "aliases")).toList();
      return aliases.isEmpty() ? List.of(name) : aliases;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
