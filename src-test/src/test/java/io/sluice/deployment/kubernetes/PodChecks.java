package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.sluice.protocol.config.Options;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.kafka.KafkaClusterTemplate;
import io.strimzi.api.kafka.model.kafka.entityoperator.EntityOperatorTemplate;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.Resource;

/** What pods may do, what they are given and what they look for. */
final class PodChecks {

  private PodChecks() {}

  /** The Pod Security Standard "restricted", and more: no pod writes to its own image. */
  static void restricted(Manifests manifests) {
    assertThat(manifests.only(Namespace.class).getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    for (Pod pod : Pod.all(manifests)) {
      restricted(pod.spec().getSecurityContext(), pod.container().getSecurityContext());
      assertThat(pod.spec().getContainers()).hasSize(1);
      assertThat(pod.spec().getInitContainers()).isEmpty();
      assertThat(pod.spec().getSecurityContext().getRunAsUser()).isPositive();
      assertThat(pod.container().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(Mounts.of(manifests, pod).isWritable(Path.of("/tmp"))).isTrue();
      for (Volume volume : pod.spec().getVolumes()) {
        assertThat(volume.getHostPath()).isNull();
      }
    }
    Kafka kafka = manifests.only(Kafka.class);
    KafkaClusterTemplate brokers = kafka.getSpec().getKafka().getTemplate();
    restricted(
        brokers.getPod().getSecurityContext(), brokers.getKafkaContainer().getSecurityContext());
    EntityOperatorTemplate operators = kafka.getSpec().getEntityOperator().getTemplate();
    restricted(
        operators.getPod().getSecurityContext(),
        operators.getTopicOperatorContainer().getSecurityContext());
    restricted(
        operators.getPod().getSecurityContext(),
        operators.getUserOperatorContainer().getSecurityContext());
  }

  private static void restricted(PodSecurityContext pod, SecurityContext container) {
    assertThat(pod.getRunAsNonRoot()).isTrue();
    assertThat(pod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getSysctls()).isNullOrEmpty();
    assertThat(container.getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getPrivileged()).isNull();
    assertThat(container.getRunAsUser()).isNull();
    assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getCapabilities().getAdd()).isNullOrEmpty();
  }

  /** A variable that Kubernetes makes of a Service named sluice would pass for a setting. */
  static void noServiceLinks(Manifests manifests) {
    for (Pod pod : Pod.all(manifests)) {
      assertThat(pod.spec().getEnableServiceLinks()).as(pod.part().name()).isFalse();
    }
  }

  static void requestsAndLimits(Manifests manifests) {
    FlinkDeployment flink = manifests.only(FlinkDeployment.class);
    // Flink makes both of it.
    for (Resource resource :
        List.of(
            flink.getSpec().getJobManager().getResource(),
            flink.getSpec().getTaskManager().getResource())) {
      assertThat(resource.getCpu()).isPositive();
      assertThat(resource.getMemory()).isNotBlank();
    }
    for (Pod.Part part : List.of(Pod.Part.AGENT, Pod.Part.TOOLS)) {
      Container container = Pod.of(manifests, part).container();
      Map<String, Quantity> requests = container.getResources().getRequests();
      Map<String, Quantity> limits = container.getResources().getLimits();
      assertThat(requests).containsKeys("cpu", "memory");
      assertThat(limits.keySet()).isEqualTo(requests.keySet());
      requests.forEach(
          (name, least) ->
              assertThat(least.getNumericalAmount())
                  .isLessThanOrEqualTo(limits.get(name).getNumericalAmount()));
    }
  }

  /** GPUs are asked for where the settings ask for them. */
  static void gpus(Manifests manifests) {
    boolean wanted = Settings.ofAgent(manifests, 0).get(Options.DEVICE).equals("gpu");
    Container agent = Pod.of(manifests, Pod.Part.AGENT).container();
    assertThat(agent.getResources().getLimits().containsKey("nvidia.com/gpu")).isEqualTo(wanted);
    assertThat(agent.getImage().contains("/trainer-agent-cuda:")).isEqualTo(wanted);
  }

  /** ConfigMaps, Secrets, volume claims and accounts that pods name are there. */
  static void references(Manifests manifests) {
    for (Pod pod : Pod.all(manifests)) {
      Mounts.of(manifests, pod);
      manifests.named(ServiceAccount.class, pod.spec().getServiceAccountName());
      for (Volume volume : pod.spec().getVolumes()) {
        if (volume.getPersistentVolumeClaim() != null) {
          manifests.named(
              PersistentVolumeClaim.class, volume.getPersistentVolumeClaim().getClaimName());
        }
      }
      for (EnvVar variable : pod.container().getEnv()) {
        ConfigMapKeySelector map = variable.getValueFrom().getConfigMapKeyRef();
        SecretKeySelector secret = variable.getValueFrom().getSecretKeyRef();
        if (map != null) {
          assertThat(Settings.environment(manifests, pod)).containsKey(variable.getName());
        } else if (!Boolean.TRUE.equals(secret.getOptional())) {
          assertThat(Mounts.keysOfSecret(manifests, secret.getName())).contains(secret.getKey());
        }
      }
    }
  }

  /**
   * Who has nothing to ask Kubernetes gets no token; and what the others may ask is what they do.
   */
  static void leastRights(Manifests manifests) {
    boolean highlyAvailable =
        "kubernetes"
            .equals(
                manifests
                    .only(FlinkDeployment.class)
                    .getSpec()
                    .getFlinkConfiguration()
                    .get("high-availability.type"));
    for (Pod pod : Pod.all(manifests)) {
      Set<String> rights = rightsOf(manifests, pod.spec().getServiceAccountName());
      switch (pod.part()) {
        case JOB_MANAGER -> {
          Set<String> needed = new HashSet<>(JOB_MANAGER_RIGHTS);
          if (highlyAvailable) {
            needed.addAll(LEADER_RIGHTS);
          }
          assertThat(rights).isEqualTo(needed);
          assertThat(pod.spec().getAutomountServiceAccountToken()).isNotEqualTo(false);
        }
        case TASK_MANAGER -> {
          assertThat(rights).isEqualTo(highlyAvailable ? FOLLOWER_RIGHTS : Set.of());
          assertThat(pod.spec().getAutomountServiceAccountToken()).isEqualTo(highlyAvailable);
        }
        case AGENT, TOOLS -> {
          assertThat(rights).isEmpty();
          assertThat(pod.spec().getAutomountServiceAccountToken()).isFalse();
        }
      }
    }
  }

  /** Flink's client of Kubernetes: task managers are pods whose owner is the Deployment. */
  private static final Set<String> JOB_MANAGER_RIGHTS =
      Set.of(
          "get pods",
          "list pods",
          "watch pods",
          "create pods",
          "delete pods",
          "get deployments shop-images",
          "update deployments/finalizers shop-images");

  private static final Set<String> FOLLOWER_RIGHTS =
      Set.of("get configmaps", "list configmaps", "watch configmaps");

  private static final Set<String> LEADER_RIGHTS =
      Set.of(
          "get configmaps",
          "list configmaps",
          "watch configmaps",
          "create configmaps",
          "update configmaps",
          "patch configmaps",
          "delete configmaps");

  private static Set<String> rightsOf(Manifests manifests, String account) {
    Set<String> rights = new HashSet<>();
    for (RoleBinding binding : manifests.all(RoleBinding.class)) {
      if (binding.getSubjects().stream().anyMatch(subject -> subject.getName().equals(account))) {
        Role role = manifests.named(Role.class, binding.getRoleRef().getName());
        role.getRules().forEach(rule -> rights.addAll(rightsOf(rule)));
      }
    }
    return rights;
  }

  private static Set<String> rightsOf(PolicyRule rule) {
    Set<String> rights = new HashSet<>();
    for (String verb : rule.getVerbs()) {
      for (String resource : rule.getResources()) {
        if (rule.getResourceNames().isEmpty()) {
          rights.add(verb + " " + resource);
        }
        rule.getResourceNames().forEach(name -> rights.add(verb + " " + resource + " " + name));
      }
    }
    return rights;
  }

  /** The agents' Service gives them names. */
  static void service(Manifests manifests) {
    Service service = manifests.only(Service.class);
    Pod agent = Pod.of(manifests, Pod.Part.AGENT);
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(agent.spec().getSubdomain()).isEqualTo(service.getMetadata().getName());
    assertThat(selected(manifests, labels -> has(labels, service.getSpec().getSelector())))
        .containsExactly(Pod.Part.AGENT);
    assertThat(service.getSpec().getPorts())
        .extracting(ServicePort::getPort)
        .containsExactly(agent.container().getPorts().get(0).getContainerPort());
  }

  /**
   * Budgets let something go, and are numbers: of pods without a ReplicaSet Kubernetes does not
   * know how many there should be.
   */
  static void disruptionBudgets(Manifests manifests) {
    for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
      Set<Pod.Part> parts =
          selected(manifests, labels -> Network.matches(budget.getSpec().getSelector(), labels));
      assertThat(parts).as(budget.getMetadata().getName()).hasSize(1);
      assertThat(budget.getSpec().getMaxUnavailable()).isNull();
      int count = Pod.of(manifests, parts.iterator().next()).count();
      assertThat(budget.getSpec().getMinAvailable().getIntVal()).isBetween(1, count - 1);
    }
  }

  static Set<Pod.Part> selected(Manifests manifests, Predicate<Map<String, String>> selector) {
    Set<Pod.Part> parts = new HashSet<>();
    for (Pod pod : Pod.all(manifests)) {
      if (selector.test(pod.labels())) {
        parts.add(pod.part());
      }
    }
    return parts;
  }

  private static boolean has(Map<String, String> labels, Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }
}
