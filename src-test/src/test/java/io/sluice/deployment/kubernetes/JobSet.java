package io.sluice.deployment.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.JobTemplateSpec;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.regex.Pattern;

/** What the manifests use of JobSet, which has no model for Java. */
@Group("jobset.x-k8s.io")
@Version("v1alpha2")
final class JobSet extends CustomResource<JobSet.Spec, Void> {

  private static final long serialVersionUID = 1;

  record Spec(Network network, FailurePolicy failurePolicy, List<ReplicatedJob> replicatedJobs) {}

  record Network(boolean enableDNSHostnames) {}

  record FailurePolicy(int maxRestarts, RestartStrategy restartStrategy, List<Rule> rules) {}

  record Rule(String name, Action action, List<Reason> onJobFailureReasons) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?");

    Rule {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("rule " + name + " has a name that JobSet refuses");
      }
    }
  }

  record ReplicatedJob(String name, int replicas, JobTemplateSpec template) {}

  enum RestartStrategy {
    Recreate,
    BlockingRecreate,
    InPlaceRestart
  }

  enum Action {
    FailJobSet,
    RestartJobSet,
    RestartJobSetAndIgnoreMaxRestarts
  }

  enum Reason {
    BackoffLimitExceeded,
    DeadlineExceeded,
    FailedIndexes,
    MaxFailedIndexesExceeded,
    PodFailurePolicy
  }
}
