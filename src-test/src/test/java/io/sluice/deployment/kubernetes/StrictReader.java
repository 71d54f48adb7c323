package io.sluice.deployment.kubernetes;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.util.List;
import java.util.Map;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkVersion;

/**
 * Reads manifests into the models of their kinds. The models let pass what they do not know; here
 * it is an error, as in a cluster that validates strictly.
 */
final class StrictReader {

  private static final String FLINK_DEPLOYMENT = "flink.apache.org/v1beta1 FlinkDeployment";

  private static final Map<String, Class<? extends HasMetadata>> MODELS =
      Map.ofEntries(
          Map.entry("v1 Namespace", Namespace.class),
          Map.entry("v1 ConfigMap", ConfigMap.class),
          Map.entry("v1 Service", Service.class),
          Map.entry("v1 ServiceAccount", ServiceAccount.class),
          Map.entry("v1 PersistentVolumeClaim", PersistentVolumeClaim.class),
          Map.entry("apps/v1 Deployment", Deployment.class),
          Map.entry("batch/v1 Job", Job.class),
          Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
          Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
          Map.entry("rbac.authorization.k8s.io/v1 Role", Role.class),
          Map.entry("rbac.authorization.k8s.io/v1 RoleBinding", RoleBinding.class),
          Map.entry("monitoring.coreos.com/v1 PodMonitor", PodMonitor.class),
          Map.entry("monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class),
          Map.entry("kafka.strimzi.io/v1 Kafka", Kafka.class),
          Map.entry("kafka.strimzi.io/v1 KafkaNodePool", KafkaNodePool.class),
          Map.entry("kafka.strimzi.io/v1 KafkaTopic", KafkaTopic.class),
          Map.entry("kafka.strimzi.io/v1 KafkaUser", KafkaUser.class),
          Map.entry("jobset.x-k8s.io/v1alpha2 JobSet", JobSet.class),
          Map.entry(FLINK_DEPLOYMENT, FlinkDeployment.class));

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setAnnotationIntrospector(new Strictness())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES);

  private StrictReader() {}

  /** Of several documents. */
  static List<HasMetadata> read(String yaml) {
    return Yaml.documents(yaml).stream().map(StrictReader::object).toList();
  }

  /** Part of a manifest, as strictly. */
  static <T> T convert(Object part, Class<T> model) {
    return MAPPER.convertValue(part, model);
  }

  /** As YAML has it: maps, lists and values. */
  static Map<?, ?> toMap(Object part) {
    return MAPPER.convertValue(part, Map.class);
  }

  private static HasMetadata object(Map<?, ?> document) {
    String kind = document.get("apiVersion") + " " + document.get("kind");
    Class<? extends HasMetadata> model = MODELS.get(kind);
    if (model == null) {
      throw new IllegalArgumentException("there is no model of " + kind);
    }
    return convert(kind.equals(FLINK_DEPLOYMENT) ? ofKnownVersion(document) : document, model);
  }

  /**
   * The operator's newest model on Maven Central is of a version that does not know Flink 2.2 yet.
   * So that one value is checked here, and an older one stands in for it.
   */
  private static Map<?, ?> ofKnownVersion(Map<?, ?> deployment) {
    Map<String, Object> spec = Yaml.map(deployment.get("spec"));
    Object version = spec.get("flinkVersion");
    if (!"v2_2".equals(version)) {
      throw new IllegalArgumentException("flinkVersion is " + version + ", not v2_2");
    }
    spec.put("flinkVersion", FlinkVersion.v1_20.name());
    Map<String, Object> known = Yaml.map(deployment);
    known.put("spec", spec);
    return known;
  }

  /** Takes back what the models' annotations allow. */
  private static final class Strictness extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    /** These would take up whatever is left. */
    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(
        MapperConfig<?> config, Annotated annotated) {
      return super.findPropertyIgnoralByName(config, annotated).withoutIgnoreUnknown();
    }

    /**
     * Strimzi's models have fields that only older versions of its API have; they are deprecated.
     */
    @Override
    public boolean hasIgnoreMarker(AnnotatedMember member) {
      return super.hasIgnoreMarker(member) || member.hasAnnotation(Deprecated.class);
    }
  }
}
