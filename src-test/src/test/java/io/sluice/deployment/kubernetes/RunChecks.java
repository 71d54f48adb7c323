package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.sluice.protocol.Topics;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.kafka.listener.GenericKafkaListener;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.nodepool.ProcessRoles;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.UpgradeMode;
import picocli.CommandLine;

/** That run, topics, job and agents count with the same numbers. */
final class RunChecks {

  private RunChecks() {}

  /** The run's topics, all of them, with the partitions that it counts with. */
  static void partitions(Manifests manifests) {
    RunConfig run = Settings.ofJob(manifests);
    Topics topics = run.topics();
    int partitions = run.get(Options.PARTITIONS);
    Map<String, Integer> found = new HashMap<>();
    manifests
        .all(KafkaTopic.class)
        .forEach(topic -> found.put(name(topic), topic.getSpec().getPartitions()));
    assertThat(found)
        .isEqualTo(
            Map.of(
                topics.lossEvents(),
                partitions,
                topics.selectedSamples(),
                partitions,
                topics.selectionPlans(),
                1,
                topics.deadLetters(),
                1,
                topics.modelUpdates(),
                partitions,
                topics.modelAverages(),
                partitions));
  }

  /** There are brokers for all copies of a topic, and one may be gone where there are several. */
  static void replicas(Manifests manifests) {
    int brokers = nodes(manifests, ProcessRoles.BROKER);
    int controllers = nodes(manifests, ProcessRoles.CONTROLLER);
    assertThat(controllers % 2).isOne();
    Map<String, Object> defaults = manifests.only(Kafka.class).getSpec().getKafka().getConfig();
    assertThat(defaults.get("default.replication.factor")).isEqualTo(brokers);
    assertThat(defaults.get("min.insync.replicas")).isEqualTo(insync(brokers));
    assertThat(defaults.get("auto.create.topics.enable")).isEqualTo(false);
    for (KafkaTopic topic : manifests.all(KafkaTopic.class)) {
      assertThat(topic.getSpec().getReplicas()).as(name(topic)).isEqualTo(brokers);
      assertThat(topic.getSpec().getConfig().get("min.insync.replicas"))
          .as(name(topic))
          .isEqualTo(insync(brokers));
    }
  }

  static void shards(Manifests manifests) {
    FlinkDeploymentSpec job = manifests.only(FlinkDeployment.class).getSpec();
    int shards = Settings.ofJob(manifests).get(Options.SHARDS);
    assertThat(job.getFlinkConfiguration())
        .containsEntry("pipeline.max-parallelism", Integer.toString(shards));
    assertThat(job.getJob().getParallelism()).isBetween(1, shards);
  }

  /** The file that the job reads says nothing that Flink's own settings say otherwise. */
  static void oneParallelism(Manifests manifests) {
    FlinkDeploymentSpec job = manifests.only(FlinkDeployment.class).getSpec();
    assertThat(Settings.ofJob(manifests).get(Options.PARALLELISM)).isZero();
    assertThat(job.getFlinkConfiguration())
        .doesNotContainKeys(
            CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
            "execution.buffer-timeout.interval",
            "parallelism.default");
    assertThat(job.getJob().getUpgradeMode()).isEqualTo(UpgradeMode.SAVEPOINT);
  }

  static void worldSize(Manifests manifests) {
    JobSpec agents = Pod.agents(manifests);
    assertThat(agents.getCompletionMode()).isEqualTo("Indexed");
    int worldSize = agents.getCompletions();
    assertThat(agents.getParallelism()).isEqualTo(worldSize);
    for (int index = 0; index < worldSize; index++) {
      RunConfig agent = Settings.ofAgent(manifests, index);
      assertThat(agent.get(Options.WORLD_SIZE)).isEqualTo(worldSize);
      assertThat(agent.get(Options.RANK)).isEqualTo(index);
    }
  }

  /** Job and agents have the same file, and each takes every key of it. */
  static void oneFile(Manifests manifests) {
    Path path = Path.of("/etc/sluice/run.yaml");
    Mounts.Mounted ofJob =
        Mounts.of(manifests, Pod.of(manifests, Pod.Part.JOB_MANAGER)).files().get(path);
    for (Pod pod : Pod.all(manifests)) {
      assertThat(Mounts.of(manifests, pod).files().get(path)).isEqualTo(ofJob);
    }
    // So that whoever reads it is started again when it changes.
    assertThat(ofJob.source()).matches(".*-run-[a-z0-9]{10}");
    assertThat(Settings.ofAgent(manifests, 0).topics())
        .isEqualTo(Settings.ofJob(manifests).topics());
  }

  static void folders(Manifests manifests) {
    RunConfig agent = Settings.ofAgent(manifests, 0);
    Mounts ofAgent = Mounts.of(manifests, Pod.of(manifests, Pod.Part.AGENT));
    Path checkpoints = agent.get(Options.CHECKPOINT_DIR).orElseThrow();
    // A checkpoint of another run is refused.
    assertThat(checkpoints.endsWith(agent.get(Options.RUN_NAME))).isTrue();
    assertThat(ofAgent.isWritable(checkpoints)).isTrue();
    assertThat(ofAgent.volumeOf(checkpoints).orElseThrow().getPersistentVolumeClaim()).isNotNull();
    String dataset = agent.get(Options.DATASET);
    if (dataset.contains(":/")) {
      Path data = Path.of(dataset.replaceAll("^\\w+:|\\?.*", ""));
      assertThat(ofAgent.volumeOf(data).orElseThrow().getPersistentVolumeClaim()).isNotNull();
    }
    Map<String, String> flink =
        manifests.only(FlinkDeployment.class).getSpec().getFlinkConfiguration();
    for (String key :
        List.of("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")) {
      assertThat(flink).containsKey(key);
      if (flink.get(key).startsWith("file:")) {
        for (Pod.Part part : List.of(Pod.Part.JOB_MANAGER, Pod.Part.TASK_MANAGER)) {
          Path folder = Path.of(flink.get(key).replaceFirst("file://", ""));
          assertThat(
                  Mounts.of(manifests, Pod.of(manifests, part))
                      .volumeOf(folder)
                      .orElseThrow()
                      .getPersistentVolumeClaim())
              .isNotNull();
        }
      } else {
        assertThat(flink.get(key)).startsWith("s3://").contains("/" + agent.get(Options.RUN_NAME));
      }
    }
  }

  static void brokers(Manifests manifests) {
    Kafka kafka = manifests.only(Kafka.class);
    List<GenericKafkaListener> listeners = kafka.getSpec().getKafka().getListeners();
    assertThat(listeners).hasSize(1);
    GenericKafkaListener listener = listeners.get(0);
    assertThat(listener.isTls()).isTrue();
    assertThat(listener.getAuth().getType()).isEqualTo("scram-sha-512");
    assertThat(listener.getNetworkPolicyPeers()).isNotEmpty();
    assertThat(kafka.getSpec().getKafka().getAuthorization().getType()).isEqualTo("simple");
    assertThat(Settings.ofJob(manifests).get(Options.BOOTSTRAP_SERVERS))
        .isEqualTo(kafka.getMetadata().getName() + "-kafka-bootstrap:" + listener.getPort());
    for (String pool : pools(manifests)) {
      assertThat(pool).isEqualTo(kafka.getMetadata().getName());
    }
  }

  /** What Kubernetes refuses, and what would restart agents for nothing. */
  static void agentsAreStartedAgain(Manifests manifests) {
    JobSpec agents = Pod.agents(manifests);
    Container agent = Pod.of(manifests, Pod.Part.AGENT).container();
    assertThat(agents.getTemplate().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(agents.getPodReplacementPolicy()).isEqualTo("Failed");
    assertThat(agents.getBackoffLimitPerIndex()).isPositive();
    assertThat(agents.getTemplate().getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(120);
    List<PodFailurePolicyRule> rules = agents.getPodFailurePolicy().getRules();
    assertThat(rules).hasSize(2);
    assertThat(rules.get(0).getAction()).isEqualTo("Ignore");
    assertThat(rules.get(0).getOnPodConditions().get(0).getType()).isEqualTo("DisruptionTarget");
    assertThat(rules.get(1).getAction()).isEqualTo("FailJob");
    assertThat(rules.get(1).getOnExitCodes().getOperator()).isEqualTo("In");
    assertThat(rules.get(1).getOnExitCodes().getValues())
        .containsExactly(CommandLine.ExitCode.USAGE);
    assertThat(rules.get(1).getOnExitCodes().getContainerName()).isEqualTo(agent.getName());
  }

  private static String name(KafkaTopic topic) {
    String name = topic.getSpec().getTopicName();
    return name == null ? topic.getMetadata().getName() : name;
  }

  private static int nodes(Manifests manifests, ProcessRoles role) {
    return manifests.all(KafkaNodePool.class).stream()
        .filter(pool -> pool.getSpec().getRoles().contains(role))
        .mapToInt(pool -> pool.getSpec().getReplicas())
        .sum();
  }

  private static int insync(int brokers) {
    return brokers == 1 ? 1 : brokers - 1;
  }

  /** The clusters that pools, topics and users say they are of. */
  private static Set<String> pools(Manifests manifests) {
    Set<String> clusters = new HashSet<>();
    manifests.objects().stream()
        .filter(object -> object.getApiVersion().startsWith("kafka.strimzi.io/"))
        .filter(object -> !(object instanceof Kafka))
        .forEach(
            object -> clusters.add(object.getMetadata().getLabels().get("strimzi.io/cluster")));
    return clusters;
  }
}
