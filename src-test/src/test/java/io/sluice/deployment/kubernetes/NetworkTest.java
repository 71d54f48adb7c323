package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.sluice.protocol.config.Options;
import io.strimzi.api.kafka.model.kafka.Kafka;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network policies let through what a run needs, nothing else, and each of them is needed. */
class NetworkTest {

  private static final String NAMESPACE = "sluice";
  private static final String TCP = "TCP";
  private static final String UDP = "UDP";

  private static final Endpoint DNS =
      new Endpoint("DNS", "kube-system", Map.of("k8s-app", "kube-dns"));
  private static final Endpoint FLINK_OPERATOR =
      new Endpoint(
          "Flink's operator",
          "flink-operator",
          Map.of("app.kubernetes.io/name", "flink-kubernetes-operator"));
  private static final Endpoint STRIMZI =
      new Endpoint("Strimzi", "strimzi", Map.of("strimzi.io/kind", "cluster-operator"));
  private static final Endpoint PROMETHEUS =
      new Endpoint("Prometheus", "monitoring", Map.of("app.kubernetes.io/name", "prometheus"));
  private static final Endpoint KUBERNETES = Endpoint.outside("the Kubernetes API");
  private static final Endpoint STORAGE = Endpoint.outside("the object storage");
  private static final Endpoint NEIGHBOUR =
      new Endpoint("a pod next door", "default", Map.of("app.kubernetes.io/name", "sluice"));
  private static final Endpoint LODGER =
      new Endpoint("a pod of no part", NAMESPACE, Map.of("app", "other"));

  /** A connection that somebody opens. */
  private record Way(Endpoint from, Endpoint to, String protocol, int port) {}

  /** A run's own ends, with the ports that their settings give them. */
  private static final class Ends {

    final Manifests manifests;
    final Endpoint jobManager;
    final Endpoint taskManager;
    final Endpoint agent;
    final Endpoint tools;
    final Endpoint broker;
    final Endpoint entityOperator;

    Ends(Manifests manifests) {
      this.manifests = manifests;
      jobManager = end(Pod.Part.JOB_MANAGER);
      taskManager = end(Pod.Part.TASK_MANAGER);
      agent = end(Pod.Part.AGENT);
      tools = end(Pod.Part.TOOLS);
      String cluster = manifests.only(Kafka.class).getMetadata().getName();
      broker = ofStrimzi(cluster, "kafka");
      entityOperator = ofStrimzi(cluster, "entity-operator");
    }

    private Endpoint end(Pod.Part part) {
      return new Endpoint(part.name(), NAMESPACE, Pod.of(manifests, part).labels());
    }

    private static Endpoint ofStrimzi(String cluster, String component) {
      return new Endpoint(
          component,
          NAMESPACE,
          Map.of(
              "strimzi.io/cluster",
              cluster,
              "strimzi.io/kind",
              "Kafka",
              "strimzi.io/name",
              cluster + "-" + component));
    }

    int flinkPort(String key) {
      return Integer.parseInt(FlinkChecks.spec(manifests).getFlinkConfiguration().get(key));
    }

    int brokerPort() {
      String address = Settings.ofJob(manifests).get(Options.BOOTSTRAP_SERVERS);
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    boolean isHighlyAvailable() {
      return FlinkChecks.spec(manifests)
          .getFlinkConfiguration()
          .containsKey("high-availability.type");
    }

    List<Endpoint> all() {
      return List.of(jobManager, taskManager, agent, tools, broker, entityOperator);
    }
  }

  private static List<Way> needed(Ends ends) {
    List<Way> ways = new ArrayList<>();
    for (Endpoint end : ends.all()) {
      ways.add(new Way(end, DNS, UDP, 53));
      ways.add(new Way(end, DNS, TCP, 53));
    }
    for (Endpoint client : List.of(ends.jobManager, ends.taskManager, ends.agent, ends.tools)) {
      ways.add(new Way(client, ends.broker, TCP, ends.brokerPort()));
    }

    // Within Flink. The last one asks task managers for what the UI shows.
    int rpc = ends.flinkPort("jobmanager.rpc.port");
    ways.add(new Way(ends.taskManager, ends.jobManager, TCP, rpc));
    ways.add(new Way(ends.taskManager, ends.jobManager, TCP, ends.flinkPort("blob.server.port")));
    ways.add(
        new Way(ends.jobManager, ends.taskManager, TCP, ends.flinkPort("taskmanager.rpc.port")));
    ways.add(
        new Way(ends.taskManager, ends.taskManager, TCP, ends.flinkPort("taskmanager.data.port")));
    ways.add(
        new Way(
            ends.jobManager,
            ends.taskManager,
            TCP,
            ends.flinkPort("metrics.internal.query-service.port")));
    ways.add(new Way(FLINK_OPERATOR, ends.jobManager, TCP, ends.flinkPort("rest.port")));
    if (ends.isHighlyAvailable()) {
      ways.add(new Way(ends.jobManager, ends.jobManager, TCP, rpc));
      ways.add(new Way(ends.taskManager, KUBERNETES, TCP, 6443));
      ways.add(new Way(ends.jobManager, STORAGE, TCP, 443));
      ways.add(new Way(ends.taskManager, STORAGE, TCP, 443));
    }

    // The API answers at 443, and behind its Service often at 6443.
    for (Endpoint client : List.of(ends.jobManager, ends.broker, ends.entityOperator)) {
      ways.add(new Way(client, KUBERNETES, TCP, 443));
      ways.add(new Way(client, KUBERNETES, TCP, 6443));
    }

    int flinkMetrics = ends.flinkPort("metrics.reporter.prom.port");
    ways.add(new Way(PROMETHEUS, ends.jobManager, TCP, flinkMetrics));
    ways.add(new Way(PROMETHEUS, ends.taskManager, TCP, flinkMetrics));
    ways.add(
        new Way(
            PROMETHEUS,
            ends.agent,
            TCP,
            Settings.ofAgent(ends.manifests, 0).get(Options.METRICS_PORT)));

    // Strimzi's own: controllers 9090, copies and operators 9091, a helper in each node 8443.
    for (int port : new int[] {9090, 9091}) {
      ways.add(new Way(ends.broker, ends.broker, TCP, port));
      ways.add(new Way(STRIMZI, ends.broker, TCP, port));
    }
    ways.add(new Way(STRIMZI, ends.broker, TCP, 8443));
    ways.add(new Way(ends.entityOperator, ends.broker, TCP, 9091));
    return ways;
  }

  private static List<Way> forbidden(Ends ends) {
    List<Way> ways = new ArrayList<>();
    for (Endpoint stranger : List.of(NEIGHBOUR, LODGER, PROMETHEUS)) {
      ways.add(new Way(stranger, ends.broker, TCP, ends.brokerPort()));
      ways.add(new Way(stranger, ends.jobManager, TCP, 8081));
      ways.add(new Way(stranger, ends.jobManager, TCP, 6123));
      ways.add(new Way(stranger, ends.taskManager, TCP, 6122));
    }
    for (Endpoint mine : List.of(ends.agent, ends.tools, ends.entityOperator, LODGER)) {
      ways.add(new Way(NEIGHBOUR, mine, TCP, 9400));
    }
    for (Endpoint mine : List.of(ends.agent, ends.tools)) {
      // Who reaches this port may cancel the job.
      ways.add(new Way(mine, ends.jobManager, TCP, 8081));
      ways.add(new Way(mine, ends.broker, TCP, 9091));
      ways.add(new Way(mine, ends.agent, TCP, 9400));
      ways.add(new Way(mine, KUBERNETES, TCP, 443));
      ways.add(new Way(mine, KUBERNETES, TCP, 6443));
      ways.add(new Way(mine, Endpoint.outside("the world"), TCP, 80));
    }
    for (Endpoint mine : ends.all()) {
      ways.add(new Way(mine, Endpoint.outside("the world"), TCP, 22));
      ways.add(new Way(mine, NEIGHBOUR, TCP, 8080));
    }
    if (!ends.isHighlyAvailable()) {
      ways.add(new Way(ends.taskManager, KUBERNETES, TCP, 443));
    }
    return ways;
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNeededIsAllowed(Rendering rendering) {
    Manifests manifests = rendering.manifests();
    assertThat(needed(new Ends(manifests)))
        .filteredOn(way -> !allows(network(manifests), way))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotNeededIsNotAllowed(Rendering rendering) {
    Manifests manifests = rendering.manifests();
    assertThat(forbidden(new Ends(manifests)))
        .filteredOn(way -> allows(network(manifests), way))
        .isEmpty();
  }

  /** Without any one of them something needed fails, or something forbidden passes. */
  @ParameterizedTest
  @EnumSource
  void eachPolicyIsNeeded(Rendering rendering) {
    Manifests manifests = rendering.manifests();
    Ends ends = new Ends(manifests);
    Network network = network(manifests);
    assertThat(network.policies()).hasSizeGreaterThan(5);
    for (NetworkPolicy policy : network.policies()) {
      Network rest = network.without(policy);
      boolean fails = needed(ends).stream().anyMatch(way -> !allows(rest, way));
      boolean passes = forbidden(ends).stream().anyMatch(way -> allows(rest, way));
      assertThat(fails || passes).as(policy.getMetadata().getName()).isTrue();
    }
  }

  /** And so is each port of each. */
  @ParameterizedTest
  @EnumSource
  void eachPortIsNeeded(Rendering rendering) {
    Manifests manifests = rendering.manifests();
    Ends ends = new Ends(manifests);
    Map<Integer, Integer> uses = new HashMap<>();
    needed(ends).forEach(way -> uses.merge(way.port(), 1, Integer::sum));
    for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
      policy.getSpec().getIngress().stream()
          .flatMap(rule -> rule.getPorts().stream())
          .forEach(port -> assertThat(uses).containsKey(port.getPort().getIntVal()));
      policy.getSpec().getEgress().stream()
          .flatMap(rule -> rule.getPorts().stream())
          .forEach(port -> assertThat(uses).containsKey(port.getPort().getIntVal()));
    }
  }

  /** Strimzi makes a policy of its own out of them, which adds to ours. */
  @ParameterizedTest
  @EnumSource
  void strimziLetsInNobodyElse(Rendering rendering) {
    List<NetworkPolicyPeer> peers =
        rendering
            .manifests()
            .only(Kafka.class)
            .getSpec()
            .getKafka()
            .getListeners()
            .get(0)
            .getNetworkPolicyPeers();
    assertThat(peers)
        .hasSize(1)
        .allSatisfy(
            peer -> {
              assertThat(peer.getNamespaceSelector()).isNull();
              assertThat(Network.matches(peer.getPodSelector(), NEIGHBOUR.labels())).isTrue();
              assertThat(Network.matches(peer.getPodSelector(), LODGER.labels())).isFalse();
            });
  }

  private static Network network(Manifests manifests) {
    return new Network(manifests.all(NetworkPolicy.class));
  }

  private static boolean allows(Network network, Way way) {
    return network.allows(way.from(), way.to(), way.protocol(), way.port());
  }
}
