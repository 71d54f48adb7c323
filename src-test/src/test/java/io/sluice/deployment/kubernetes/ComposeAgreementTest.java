package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Compose and Kubernetes run the same images in the same way. */
class ComposeAgreementTest {

  private static final Path DOCKER = Rendering.ROOT.resolve("docker");
  private static final String OWN = "sluice/";

  /** Of this version, each with a Dockerfile; what runs on GPUs is built from the same one. */
  @Test
  void imagesAreTheSame() throws IOException {
    Set<String> ofKubernetes = new TreeSet<>();
    for (Rendering rendering : Rendering.values()) {
      Pod.all(rendering.manifests()).forEach(pod -> ofKubernetes.add(pod.container().getImage()));
    }
    Set<String> ofCompose = new TreeSet<>();
    for (Map<?, ?> service : services().values()) {
      String image = (String) service.get("image");
      if (image.startsWith(OWN)) {
        ofCompose.add(image);
      }
    }
    assertThat(ofKubernetes).isEqualTo(ofCompose).hasSize(4);
    for (String image : ofKubernetes) {
      String name = image.substring(OWN.length(), image.indexOf(':'));
      assertThat(image).endsWith(":" + version());
      assertThat(DOCKER.resolve(name.replace("-cuda", "") + ".Dockerfile")).isRegularFile();
    }
  }

  @Test
  void agentsAndJobHaveTheSameArguments() throws IOException {
    Manifests dev = Rendering.DEV.manifests();
    List<String> ofAgent =
        Pod.of(dev, Pod.Part.AGENT).container().getArgs().stream()
            .map(argument -> argument.startsWith("$") ? "0" : argument)
            .toList();
    assertThat(services().get("agent-0").get("command")).isEqualTo(ofAgent);
    assertThat(Yaml.list(services().get("jobmanager").get("command")))
        .endsWith((Object[]) FlinkChecks.spec(dev).getJob().getArgs());
  }

  /** Both files are for the same code; what they say may differ. */
  @Test
  void settingsAreOfTheSameKind() throws IOException {
    RunConfig ofCompose = read(DOCKER.resolve("run.yaml"));
    RunConfig ofKubernetes = Settings.ofAgent(Rendering.DEV.manifests(), 0);
    assertThat(ofCompose.get(Options.METRICS_PORT))
        .isEqualTo(ofKubernetes.get(Options.METRICS_PORT));
    assertThat(ofCompose.get(Options.SHARDS)).isEqualTo(ofKubernetes.get(Options.SHARDS));
    assertThat(ofCompose.get(Options.WORLD_SIZE)).isEqualTo(ofKubernetes.get(Options.WORLD_SIZE));
    assertThat(ofCompose.get(Options.CHECKPOINT_DIR).orElseThrow().startsWith("/checkpoints"))
        .isTrue();
    assertThat(services().keySet()).contains("agent-" + (ofCompose.get(Options.WORLD_SIZE) - 1));
    assertThat(services().keySet()).doesNotContain("agent-" + ofCompose.get(Options.WORLD_SIZE));
  }

  /** Prometheus asks for metrics at the same ports in both. */
  @Test
  void metricsAreAtTheSamePorts() throws IOException {
    Manifests dev = Rendering.DEV.manifests();
    String ofFlink =
        FlinkChecks.spec(dev).getFlinkConfiguration().get("metrics.reporter.prom.port");
    int ofAgents = Settings.ofAgent(dev, 0).get(Options.METRICS_PORT);
    Map<?, ?> prometheus =
        Yaml.documents(Files.readString(DOCKER.resolve("prometheus.yml"))).get(0);
    Set<String> targets = new TreeSet<>();
    for (Object job : Yaml.list(prometheus.get("scrape_configs"))) {
      for (Object group : Yaml.list(Yaml.map(job).get("static_configs"))) {
        Yaml.list(Yaml.map(group).get("targets")).forEach(target -> targets.add((String) target));
      }
    }
    assertThat(targets)
        .containsExactlyInAnyOrder(
            "jobmanager:" + ofFlink,
            "taskmanager:" + ofFlink,
            "agent-0:" + ofAgents,
            "agent-1:" + ofAgents);
  }

  private static RunConfig read(Path file) {
    CommandSpec spec = CommandSpec.create();
    ConfigFlags.addTo(spec, Option.Group.RUN, Option.Group.AGENT);
    return ConfigFlags.read(
        new CommandLine(spec).parseArgs("--config", file.toString()),
        RunConfig.defaults(),
        Map.of());
  }

  private static Map<String, Map<?, ?>> services() throws IOException {
    Map<?, ?> compose = Yaml.documents(Files.readString(DOCKER.resolve("compose.yaml"))).get(0);
    Map<String, Map<?, ?>> services = new TreeMap<>();
    Yaml.map(compose.get("services"))
        .forEach((name, service) -> services.put(name, withDefaults(service)));
    return services;
  }

  /** With what "<<" takes from elsewhere. */
  private static Map<?, ?> withDefaults(Object service) {
    Map<String, Object> all = Yaml.map(service);
    Object defaults = all.remove("<<");
    return defaults == null ? all : Yaml.map(Yaml.merge(withDefaults(defaults), all));
  }

  /** As images have it. */
  private static String version() throws IOException {
    Properties properties = new Properties();
    try (var in =
        ComposeAgreementTest.class.getResourceAsStream("/io/sluice/agent/cli/version.properties")) {
      properties.load(in);
    }
    return properties.getProperty("version").replace("-SNAPSHOT", "");
  }
}
