package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What has to agree across manifests does, in every overlay; and each check notices if not. */
class AgreementTest {

  /** A check, and changes of a rendering that it has to notice. */
  private record Check(String name, Consumer<Manifests> holds, List<Change> changes) {

    static Check of(String name, Consumer<Manifests> holds, Change... changes) {
      return new Check(name, holds, List.of(changes));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private record Change(Rendering rendering, String from, String to) {

    String apply() {
      String kept = rendering.kept();
      String changed = kept.replace(from, to);
      assertThat(changed).as("there is no '%s' to change", from).isNotEqualTo(kept);
      return changed;
    }

    @Override
    public String toString() {
      return from.strip() + " → " + to.strip();
    }
  }

  private static Change change(String from, String to) {
    return new Change(Rendering.PROD, from, to);
  }

  private static Change change(Rendering rendering, String from, String to) {
    return new Change(rendering, from, to);
  }

  private static final List<Check> CHECKS =
      List.of(
          Check.of(
              "partitions",
              RunChecks::partitions,
              change("\n    partitions: 8\n", "\n    partitions: 16\n"),
              change("\n  partitions: 8\n", "\n  partitions: 4\n"),
              change("shop-images.dead-letters\n", "shop-image.dead-letters\n")),
          Check.of(
              "replicas",
              RunChecks::replicas,
              change("  partitions: 8\n  replicas: 3\n", "  partitions: 8\n  replicas: 2\n"),
              change("min.insync.replicas: 2", "min.insync.replicas: 3"),
              change("auto.create.topics.enable: false", "auto.create.topics.enable: true"),
              change(
                  Rendering.DEV, "default.replication.factor: 1", "default.replication.factor: 3")),
          Check.of(
              "shards",
              RunChecks::shards,
              change("\n    shards: 128\n", "\n    shards: 64\n"),
              change("pipeline.max-parallelism: \"128\"", "pipeline.max-parallelism: \"256\""),
              change("\n    parallelism: 8\n", "\n    parallelism: 129\n")),
          Check.of(
              "one parallelism",
              RunChecks::oneParallelism,
              change("\n    shards: 128\n", "\n    shards: 128\n    parallelism: 4\n"),
              change(
                  "    execution.checkpointing.num-retained",
                  "    execution.checkpointing.interval: 1 min\n    execution.checkpointing.num-retained"),
              change("upgradeMode: savepoint", "upgradeMode: stateless")),
          Check.of(
              "world size",
              RunChecks::worldSize,
              change("world-size: \"2\"", "world-size: \"3\""),
              change("completions: 2", "completions: 3"),
              change("completions: 2\n  parallelism: 2", "completions: 2\n  parallelism: 1"),
              change("completionMode: Indexed", "completionMode: NonIndexed"),
              change("$(JOB_COMPLETION_INDEX)", "0"),
              change(Rendering.PROD_JOBSET, "completions: 2", "completions: 3")),
          Check.of(
              "one file",
              RunChecks::oneFile,
              change("\n    policy: seta\n", "\n    policy: seta\n    polish: no\n"),
              change("\n    seed: 1\n", "\n    seed: one\n"),
              change("/etc/sluice/run.yaml", "/etc/sluice/other.yaml"),
              change(
                  "        - configMap:\n              name: shop-images-run",
                  "        - configMap:\n              name: other")),
          Check.of(
              "folders",
              RunChecks::folders,
              change(
                  "checkpoint-dir: /checkpoints/shop-images", "checkpoint-dir: /tmp/shop-images"),
              change(
                  "checkpoint-dir: /checkpoints/shop-images", "checkpoint-dir: /checkpoints/other"),
              change("images:/data/shop", "images:/date/shop"),
              change("savepoint-dir: s3://sluice/shop-images", "savepoint-dir: s3://sluice/other"),
              change(Rendering.DEV, "file:///checkpoints/", "file:///tmp/")),
          Check.of(
              "brokers",
              RunChecks::brokers,
              change("events-kafka-bootstrap:9093", "events-kafka-bootstrap:9092"),
              change("events-kafka-bootstrap:9093", "event-kafka-bootstrap:9093"),
              change("tls: true", "tls: false"),
              change("strimzi.io/cluster: events", "strimzi.io/cluster: others")),
          Check.of(
              "agents are started again",
              RunChecks::agentsAreStartedAgain,
              change("restartPolicy: Never", "restartPolicy: OnFailure"),
              change("podReplacementPolicy: Failed", "podReplacementPolicy: TerminatingOrFailed"),
              change("terminationGracePeriodSeconds: 120", "terminationGracePeriodSeconds: 30"),
              change("        values:\n        - 2\n", "        values:\n        - 1\n"),
              change("containerName: agent", "containerName: trainer"),
              change("type: DisruptionTarget", "type: Ready")),
          Check.of(
              "restricted pods",
              PodChecks::restricted,
              change("runAsNonRoot: true", "runAsNonRoot: false"),
              change("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
              change("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
              change("type: RuntimeDefault", "type: Unconfined"),
              change("- ALL", "- CHOWN"),
              change("enforce: restricted", "enforce: baseline"),
              change("mountPath: /tmp", "mountPath: /temp")),
          Check.of(
              "no service links",
              PodChecks::noServiceLinks,
              change("enableServiceLinks: false", "enableServiceLinks: true")),
          Check.of(
              "requests and limits",
              PodChecks::requestsAndLimits,
              change(
                  "            memory: 32Gi\n            nvidia.com/gpu: 1\n          requests",
                  "            nvidia.com/gpu: 1\n          requests"),
              change("cpu: \"8\"", "cpu: \"2\""),
              change("      memory: 8g\n", "")),
          Check.of(
              "GPUs",
              PodChecks::gpus,
              change("nvidia.com/gpu: 1", "amd.com/gpu: 1"),
              change("device: gpu", "device: cpu"),
              change("sluice/trainer-agent-cuda:", "sluice/trainer-agent:")),
          Check.of(
              "references",
              PodChecks::references,
              change("claimName: shop-images-data", "claimName: shop-data"),
              change("key: ca.crt", "key: ca.cert"),
              change("name: events-cluster-ca-cert", "name: event-cluster-ca-cert"),
              change("key: world-size", "key: worldsize"),
              change("serviceAccountName: shop-images-agent", "serviceAccountName: agent"),
              change("      - emptyDir: {}\n        name: tmp\n", "")),
          Check.of(
              "least rights",
              PodChecks::leastRights,
              change("  - watch\n  - create\n  - delete\n", "  - watch\n  - create\n"),
              change(
                  "  - get\n  - list\n  - watch\n", "  - get\n  - list\n  - watch\n  - delete\n"),
              change("  resourceNames:\n  - shop-images\n", "  resourceNames:\n  - other\n"),
              change("automountServiceAccountToken: false", "automountServiceAccountToken: true"),
              change(
                  Rendering.DEV,
                  "automountServiceAccountToken: false",
                  "automountServiceAccountToken: true")),
          Check.of(
              "the agents' service",
              PodChecks::service,
              change("subdomain: shop-images-agent", "subdomain: shop-images-agents"),
              change("clusterIP: None", "clusterIP: 10.0.0.1"),
              change("    port: 9400", "    port: 9401")),
          Check.of(
              "disruption budgets",
              PodChecks::disruptionBudgets,
              change("minAvailable: 1", "minAvailable: 2"),
              change("minAvailable: 1", "maxUnavailable: 1"),
              change("minAvailable: 1", "minAvailable: 50%")),
          Check.of(
              "Flink's settings",
              FlinkChecks::settings,
              change("execution.checkpointing.num-retained", "execution.checkpointing.num-kept"),
              change("max-backoff: 1 min", "max-backoff: one minute"),
              change("jobmanager.scheduler: adaptive", "jobmanager.scheduler: adapted")),
          Check.of(
              "state is kept",
              FlinkChecks::stateIsKept,
              change("RETAIN_ON_CANCELLATION", "DELETE_ON_CANCELLATION"),
              change("tolerable-failed-checkpoints: \"10\"", "tolerable-failed-checkpoints: \"0\""),
              change("allowNonRestoredState: false", "allowNonRestoredState: true")),
          Check.of(
              "state backend",
              FlinkChecks::stateBackend,
              change(
                  "taskmanager.memory.managed.size: \"0\"", "taskmanager.memory.managed.size: 1g"),
              change(Rendering.PROD_ROCKSDB, "incremental: \"true\"", "incremental: \"false\""),
              change(Rendering.PROD_ROCKSDB, "fraction: \"0.6\"", "fraction: \"0.1\"")),
          Check.of(
              "high availability",
              FlinkChecks::highAvailability,
              change("high-availability.type: kubernetes", "high-availability.type: NONE"),
              change("storageDir: s3://", "storageDir: file:///"),
              change(Rendering.DEV, "  jobManager:\n", "  jobManager:\n    replicas: 2\n")),
          Check.of(
              "rights in Kafka",
              RightsChecks::rights,
              change("      - Write\n", "      - Read\n"),
              change(
                  "name: shop-images.selection-plans\n        type: topic",
                  "name: shop-images.dead-letters\n        type: topic"),
              change("name: shop-images-operator\n", "name: shop-images-boss\n")),
          Check.of(
              "users",
              RightsChecks::users,
              change("path: kafka-user/sasl.jaas.config", "path: kafka/sasl.jaas.config"),
              change(
                  "path: kafka-user/sasl.jaas.config\n              name: shop-images-job\n",
                  "path: kafka-user/sasl.jaas.config\n              name: shop-images-agent\n"),
              change("key: sasl.jaas.config", "key: password")),
          Check.of(
              "who is asked for metrics",
              MonitoringChecks::pods,
              change("metrics-port: 9400", "metrics-port: 9401"),
              change(
                  "metrics.reporter.prom.port: \"9249\"", "metrics.reporter.prom.port: \"9250\""),
              change("containerPort: 9249", "containerPort: 9250"),
              change(
                  "  - interval: 15s\n    path: /metrics\n    port: metrics\n",
                  "  - interval: 15s\n    path: /metrics\n    port: prom\n"),
              change(
                  "  selector:\n    matchLabels:\n      app.kubernetes.io/component: trainer-agent\n",
                  "  selector:\n    matchLabels:\n      app.kubernetes.io/component: agent\n")),
          Check.of(
              "dashboard and alerts",
              MonitoringChecks::dashboardAndAlerts,
              change("grafana_dashboard: \"1\"", "grafana: \"1\""),
              change("sluice-dashboard.json: |", "dashboard.json: |")));

  static Stream<Arguments> all() {
    return CHECKS.stream()
        .flatMap(
            check -> Stream.of(Rendering.values()).map(rendering -> arguments(check, rendering)));
  }

  static Stream<Arguments> changes() {
    return CHECKS.stream()
        .flatMap(check -> check.changes().stream().map(change -> arguments(check, change)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void holds(Check check, Rendering rendering) {
    check.holds().accept(rendering.manifests());
  }

  @ParameterizedTest
  @MethodSource("changes")
  void isNoticedIfNot(Check check, Change change) {
    Manifests changed = Manifests.read(change.apply());
    assertThatThrownBy(() -> check.holds().accept(changed))
        .isInstanceOfAny(AssertionError.class, RuntimeException.class);
  }

  /** A JobSet is the Job once more. */
  @Test
  void theJobSetsJobIsTheJob() {
    assertThat(Pod.agents(Rendering.PROD_JOBSET.manifests()))
        .isEqualTo(Rendering.PROD.manifests().only(Job.class).getSpec());
    assertThat(Rendering.PROD_JOBSET.manifests().all(Job.class)).isEmpty();
  }
}
