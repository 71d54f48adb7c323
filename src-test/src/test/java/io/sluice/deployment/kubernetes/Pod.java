package io.sluice.deployment.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;

/**
 * A kind of pod that a rendering leads to, as its controller makes it.
 *
 * @param count how many there are of it
 * @param container the one that matters
 */
record Pod(Part part, int count, Map<String, String> labels, PodSpec spec, Container container) {

  /** Who somebody is in a run. */
  enum Part {
    JOB_MANAGER,
    TASK_MANAGER,
    AGENT,
    TOOLS
  }

  private static final String FLINK_CONTAINER = "flink-main-container";

  static List<Pod> all(Manifests manifests) {
    List<Pod> pods = new ArrayList<>();
    FlinkDeployment flink = manifests.only(FlinkDeployment.class);
    FlinkDeploymentSpec spec = flink.getSpec();
    pods.add(
        ofFlink(
            flink,
            Part.JOB_MANAGER,
            spec.getJobManager().getReplicas(),
            spec.getJobManager().getPodTemplate(),
            spec.getServiceAccount()));
    pods.add(
        ofFlink(
            flink,
            Part.TASK_MANAGER,
            taskManagers(spec),
            spec.getTaskManager().getPodTemplate(),
            spec.getFlinkConfiguration().get("kubernetes.taskmanager.service-account")));
    JobSpec agents = agents(manifests);
    pods.add(of(Part.AGENT, agents.getParallelism(), agents.getTemplate()));
    Deployment tools = manifests.only(Deployment.class);
    pods.add(of(Part.TOOLS, tools.getSpec().getReplicas(), tools.getSpec().getTemplate()));
    return pods;
  }

  static Pod of(Manifests manifests, Part part) {
    return all(manifests).stream().filter(pod -> pod.part == part).findFirst().orElseThrow();
  }

  /** Of the Job, or of the JobSet's only Job. */
  static JobSpec agents(Manifests manifests) {
    List<JobSet> sets = manifests.all(JobSet.class);
    return sets.isEmpty()
        ? manifests.only(Job.class).getSpec()
        : sets.get(0).getSpec().replicatedJobs().get(0).template().getSpec();
  }

  /** Flink starts as many as the job's parallelism needs. */
  private static int taskManagers(FlinkDeploymentSpec spec) {
    int slots = Integer.parseInt(spec.getFlinkConfiguration().get("taskmanager.numberOfTaskSlots"));
    return (spec.getJob().getParallelism() + slots - 1) / slots;
  }

  private static Pod of(Part part, int count, PodTemplateSpec template) {
    PodSpec spec = template.getSpec();
    return new Pod(
        part, count, template.getMetadata().getLabels(), spec, spec.getContainers().get(0));
  }

  private static Pod ofFlink(
      FlinkDeployment flink, Part part, int count, PodTemplateSpec own, String serviceAccount) {
    Object common = StrictReader.toMap(flink.getSpec().getPodTemplate());
    Object merged = own == null ? common : Yaml.merge(common, StrictReader.toMap(own));
    PodTemplateSpec template = StrictReader.convert(merged, PodTemplateSpec.class);
    Pod pod = of(part, count, template);
    if (!pod.container.getName().equals(FLINK_CONTAINER)) {
      throw new AssertionError("Flink's container has to be the first, named " + FLINK_CONTAINER);
    }
    pod.container.setImage(flink.getSpec().getImage());
    pod.spec.setServiceAccountName(serviceAccount);
    Map<String, String> labels = new HashMap<>(pod.labels);
    labels.put("app", flink.getMetadata().getName());
    labels.put("component", part == Part.JOB_MANAGER ? "jobmanager" : "taskmanager");
    labels.put("type", "flink-native-kubernetes");
    return new Pod(part, count, labels, pod.spec, pod.container);
  }
}
