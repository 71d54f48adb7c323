package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.client.cli.ArtifactFetchOptions;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.JobState;

/** That Flink understands its settings. */
final class FlinkChecks {

  private static final List<Class<?>> OPTIONS =
      List.of(
          ArtifactFetchOptions.class,
          BlobServerOptions.class,
          CheckpointingOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          PipelineOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          StateBackendOptions.class,
          TaskManagerOptions.class,
          WebOptions.class);

  /** Of parts of Flink, and of its operator, that are not on this class path. */
  private static final List<String> OTHERS =
      List.of(
          "job.autoscaler.enabled",
          "kubernetes.taskmanager.service-account",
          "metrics.reporter.prom.factory.class",
          "metrics.reporter.prom.port",
          "metrics.reporter.prom.filterLabelValueCharacters");

  private FlinkChecks() {}

  /** Each is an option of the Flink that the job is built for, with a value that it takes. */
  static void settings(Manifests manifests) {
    Map<String, String> settings = spec(manifests).getFlinkConfiguration();
    Map<String, ConfigOption<?>> options = options();
    Configuration configuration = Configuration.fromMap(settings);
    for (String key : settings.keySet()) {
      if (!OTHERS.contains(key)) {
        assertThat(options).containsKey(key);
        configuration.get(options.get(key));
      }
    }
  }

  /** A run's state outlives its job. */
  static void stateIsKept(Manifests manifests) {
    Configuration settings = Configuration.fromMap(spec(manifests).getFlinkConfiguration());
    assertThat(settings.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION))
        .isEqualTo(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    assertThat(settings.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER)).isPositive();
    assertThat(spec(manifests).getJob().getState()).isEqualTo(JobState.RUNNING);
    assertThat(spec(manifests).getJob().getAllowNonRestoredState()).isFalse();
  }

  /** Memory goes where the state is. */
  static void stateBackend(Manifests manifests) {
    Configuration settings = Configuration.fromMap(spec(manifests).getFlinkConfiguration());
    boolean onDisk = settings.get(StateBackendOptions.STATE_BACKEND).equals("rocksdb");
    assertThat(settings.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isEqualTo(onDisk);
    if (onDisk) {
      assertThat(settings.getOptional(TaskManagerOptions.MANAGED_MEMORY_SIZE)).isEmpty();
      assertThat(settings.get(TaskManagerOptions.MANAGED_MEMORY_FRACTION)).isGreaterThan(0.4f);
      assertThat(spec(manifests).getTaskManager().getResource().getEphemeralStorage()).isNotNull();
    } else {
      assertThat(settings.get(TaskManagerOptions.MANAGED_MEMORY_SIZE).getBytes()).isZero();
    }
  }

  /** Several job managers need somewhere to agree on who leads, and all need the same storage. */
  static void highAvailability(Manifests manifests) {
    FlinkDeploymentSpec spec = spec(manifests);
    Configuration settings = Configuration.fromMap(spec.getFlinkConfiguration());
    if (spec.getJobManager().getReplicas() > 1) {
      assertThat(settings.get(HighAvailabilityOptions.HA_MODE)).isEqualTo("kubernetes");
    }
    if (settings.contains(HighAvailabilityOptions.HA_MODE)) {
      assertThat(settings.get(HighAvailabilityOptions.HA_STORAGE_PATH)).startsWith("s3://");
      assertThat(settings.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)).startsWith("s3://");
    }
  }

  static FlinkDeploymentSpec spec(Manifests manifests) {
    return manifests.only(FlinkDeployment.class).getSpec();
  }

  private static Map<String, ConfigOption<?>> options() {
    Map<String, ConfigOption<?>> options = new HashMap<>();
    for (Class<?> holder : OPTIONS) {
      for (Field field : holder.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          try {
            ConfigOption<?> option = (ConfigOption<?>) field.get(null);
            options.put(option.key(), option);
          } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
    return options;
  }
}
