package io.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.agent.AgentCommand;
import io.sluice.deployment.ComposeFile.Service;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That the services of {@code docker/compose.yaml} fit each other, the images and the settings. */
class ComposeTest {

  private static final ComposeFile COMPOSE = ComposeFile.read();

  static Stream<Service> services() {
    return COMPOSE.services().values().stream();
  }

  @Test
  void itsImagesAreThoseOfTheDockerfiles() {
    Set<String> built = new TreeSet<>();
    services()
        .filter(Service::isBuilt)
        .forEach(
            service -> {
              Dockerfile file = Dockerfile.read(Repository.ROOT.resolve(service.dockerfile()));
              Dockerfile image =
                  service.target() == null
                      ? file.images().get(0)
                      : file.stage(service.target().toString());
              assertThat(service.image())
                  .isEqualTo(ImagesTest.title(image) + ":" + Repository.imageVersion());
              built.add(ImagesTest.title(image));
            });
    assertThat(built)
        .containsExactlyInAnyOrderElementsOf(ImagesTest.images().map(ImagesTest::title).toList());
  }

  @ParameterizedTest
  @MethodSource("services")
  void itsImagesHaveAVersion(Service service) {
    assertThat(service.image()).matches("[^:]+:v?\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void theBrokerIsOfTheVersionThatTheBuildUses() {
    assertThat(COMPOSE.service("kafka").image())
        .isEqualTo("apache/kafka:" + Repository.version("kafka"));
  }

  @ParameterizedTest
  @MethodSource("services")
  void itsPortsAreForThisMachineAlone(Service service) {
    assertThat(service.ports()).allSatisfy(port -> assertThat(port).startsWith("127.0.0.1:"));
  }

  @ParameterizedTest
  @MethodSource("services")
  void nobodyHasRightsThatItDoesNotNeed(Service service) {
    assertThat(service.content())
        .containsEntry("cap_drop", List.of("ALL"))
        .containsEntry("security_opt", List.of("no-new-privileges:true"))
        .doesNotContainKeys("privileged", "cap_add", "network_mode", "pid");
  }

  @ParameterizedTest
  @MethodSource("services")
  void filesThatItMountsAreThere(Service service) {
    assertThat(service.volumes())
        .filteredOn(volume -> volume.startsWith("."))
        .allSatisfy(
            volume -> {
              assertThat(volume).endsWith(":ro");
              assertThat(Repository.DOCKER.resolve(volume.split(":")[0])).exists();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu", "tools"})
  void whoeverWaitsForAServiceCanSeeItsHealth(String profile) {
    List<Service> started = COMPOSE.startedBy(Set.of(profile));
    for (Service service : started) {
      for (String other : service.waitsFor()) {
        assertThat(Yaml.at(service.content(), "depends_on", other, "condition"))
            .isEqualTo("service_healthy");
        assertThat(started).contains(COMPOSE.service(other));
        assertThat(COMPOSE.service(other).hasHealthCheck()).as(other).isTrue();
      }
    }
  }

  @Test
  void withoutAProfileAgentsRunOnTheCpu() {
    assertThat(Repository.read(Repository.DOCKER.resolve(".env")).lines())
        .contains("COMPOSE_PROFILES=cpu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu"})
  void thereIsAnAgentForEachRank(String profile) {
    List<Service> agents =
        COMPOSE.startedBy(Set.of(profile)).stream()
            .filter(service -> service.image().contains("trainer-agent"))
            .toList();
    List<RunConfig> configs = agents.stream().map(ComposeTest::agentConfig).toList();
    assertThat(configs)
        .extracting(config -> config.get(Options.RANK))
        .containsExactlyElementsOf(
            IntStream.range(0, runFile().get(Options.WORLD_SIZE)).boxed().toList());
    // Where Prometheus looks for them.
    assertThat(agents)
        .extracting(Service::hosts)
        .containsExactlyElementsOf(
            configs.stream().map(c -> List.of("agent-" + c.get(Options.RANK))).toList());
  }

  @Test
  void everySettingOfTheRunIsAllowed() {
    RunConfig config = runFile();
    for (Option<?> option : Options.ALL) {
      assertThatCode(() -> config.get(option)).as(option.key()).doesNotThrowAnyException();
    }
    assertThatCode(config::sharding).doesNotThrowAnyException();
    assertThat(config.get(Options.BOOTSTRAP_SERVERS))
        .isEqualTo(
            COMPOSE
                .service("kafka")
                .environment()
                .get("KAFKA_ADVERTISED_LISTENERS")
                .replace("CLIENTS://", ""));
    assertThat(config.get(Options.DATASET)).startsWith("glyphs");
  }

  /** Agents of one machine share the folder; it is theirs in the image. */
  @Test
  void checkpointsAreOnVolumes() {
    assertThat(runFile().get(Options.CHECKPOINT_DIR)).contains(Path.of("/checkpoints"));
    assertThat(COMPOSE.service("agent-0").volumes()).contains("agent-checkpoints:/checkpoints");
    assertThat(COMPOSE.service("agent-1").volumes()).contains("agent-checkpoints:/checkpoints");
    for (String service : List.of("jobmanager", "taskmanager")) {
      assertThat(COMPOSE.service(service).volumes()).contains("job-checkpoints:/checkpoints");
      assertThat(flinkProperties(service))
          .containsEntry("execution.checkpointing.dir", "file:///checkpoints");
    }
  }

  @Test
  void theJobIsStartedAsItsImageDoes() {
    Dockerfile image = Dockerfile.read(Repository.DOCKER.resolve("flink-job.Dockerfile"));
    List<String> command = COMPOSE.service("jobmanager").command();
    assertThat(image.all("CMD")).containsExactly("[\"" + String.join("\", \"", command) + "\"]");
    assertThat(command).endsWith("--", "--config", ComposeFile.RUN_FILE);
  }

  /** As the image turns variables into the broker's settings. */
  @Test
  void theBrokerTakesItsSettings() {
    Properties properties = new Properties();
    COMPOSE
        .service("kafka")
        .environment()
        .forEach(
            (variable, value) ->
                properties.put(
                    variable
                        .substring("KAFKA_".length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.'),
                    value));
    assertThat(AbstractKafkaConfig.CONFIG_DEF.names())
        .containsAll(properties.stringPropertyNames());
    assertThatCode(() -> KafkaConfig.fromProps(properties, false)).doesNotThrowAnyException();
  }

  @Test
  void prometheusLooksWhereSomebodyAnswers() {
    Map<String, Object> prometheus = Yaml.map(Repository.DOCKER.resolve("prometheus.yml"));
    List<String> targets = new ArrayList<>();
    for (Object job : Yaml.list(prometheus.get("scrape_configs"))) {
      for (Object group : Yaml.list(Yaml.at(job, "static_configs"))) {
        Yaml.strings(Yaml.at(group, "targets")).forEach(targets::add);
      }
    }
    String flinkPort = flinkProperties("jobmanager").get("metrics.reporter.prom.port");
    assertThat(flinkProperties("taskmanager"))
        .containsEntry("metrics.reporter.prom.port", flinkPort);
    int agentPort = runFile().get(Options.METRICS_PORT);
    assertThat(targets)
        .contains("jobmanager:" + flinkPort, "taskmanager:" + flinkPort)
        .contains("agent-0:" + agentPort, "agent-1:" + agentPort)
        .allSatisfy(target -> assertThat(COMPOSE.hosts()).contains(target.split(":")[0]));
  }

  @Test
  void prometheusHasTheAlerts() {
    Map<String, Object> prometheus = Yaml.map(Repository.DOCKER.resolve("prometheus.yml"));
    assertThat(Yaml.strings(prometheus.get("rule_files")))
        .singleElement()
        .satisfies(file -> assertThat(mounted("prometheus", file)).isEqualTo("./alerts.yml"));
  }

  @Test
  void grafanaShowsTheDashboard() {
    Path file = Repository.DOCKER.resolve("grafana/provisioning/dashboards/sluice.yaml");
    Object folder = Yaml.at(Yaml.list(Yaml.map(file).get("providers")).get(0), "options", "path");
    String home =
        COMPOSE.service("grafana").environment().get("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");
    assertThat(home).startsWith(folder + "/");
    assertThat(mounted("grafana", home)).isEqualTo("../k8s/base/monitoring/sluice-dashboard.json");
  }

  /** What a service has at a path, as the file says. */
  private static String mounted(String service, String path) {
    return COMPOSE.service(service).volumes().stream()
        .map(volume -> volume.split(":"))
        .filter(parts -> parts[1].equals(path))
        .map(parts -> parts[0])
        .findFirst()
        .orElseThrow(() -> new AssertionError(service + " has nothing at " + path));
  }

  @Test
  void grafanaHasItsDataFromPrometheus() {
    Path file = Repository.DOCKER.resolve("grafana/provisioning/datasources/prometheus.yaml");
    assertThat(Yaml.list(Yaml.map(file).get("datasources")))
        .singleElement()
        .satisfies(
            source -> assertThat(Yaml.at(source, "url")).isEqualTo("http://prometheus:9090"));
  }

  static Map<String, String> flinkProperties(String service) {
    Map<String, String> properties = new HashMap<>();
    COMPOSE
        .service(service)
        .environment()
        .get("FLINK_PROPERTIES")
        .lines()
        .map(line -> line.split(":", 2))
        .forEach(parts -> properties.put(parts[0].strip(), parts[1].strip()));
    return properties;
  }

  /** The settings in effect for an agent, read as its command does. */
  private static RunConfig agentConfig(Service service) {
    assertThat(service.volumes()).contains("./run.yaml:" + ComposeFile.RUN_FILE + ":ro");
    return parse(service.command(), service.environment());
  }

  private static RunConfig runFile() {
    return parse(List.of("--config", ComposeFile.RUN_FILE), Map.of());
  }

  private static RunConfig parse(List<String> arguments, Map<String, String> environment) {
    String[] here =
        arguments.stream()
            .map(a -> a.replace(ComposeFile.RUN_FILE, Repository.DOCKER.resolve("run.yaml") + ""))
            .toArray(String[]::new);
    return ConfigFlags.read(
        AgentCommand.commandLine(environment).parseArgs(here), RunConfig.defaults(), environment);
  }
}
