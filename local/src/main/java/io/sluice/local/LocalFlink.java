package io.sluice.local;

import io.sluice.protocol.UserError;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.ClusterClientJobClientAdapter;
import org.apache.flink.client.program.MiniClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.prometheus.LoopbackPrometheusReporter;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecution;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;

/**
 * A Flink cluster in this process, with the web UI on the loopback interface. State is kept on the
 * heap; checkpoints and everything else on disk are in a temporary folder that goes when it is
 * closed.
 */
public final class LocalFlink implements AutoCloseable {

  private static final String HOST = "127.0.0.1";

  private final TempFolder folder;
  private final Configuration configuration;
  private final MiniCluster cluster;
  private final URI uiAddress;

  private LocalFlink(
      TempFolder folder, Configuration configuration, MiniCluster cluster, URI uiAddress) {
    this.folder = folder;
    this.configuration = configuration;
    this.cluster = cluster;
    this.uiAddress = uiAddress;
  }

  /**
   * Starts a cluster of one task manager.
   *
   * @param uiPort port of the web UI; 0 takes one that is free
   * @param slots slots, and the parallelism of a job that sets none
   * @throws UserError when the port is taken
   */
  public static LocalFlink create(int uiPort, int slots) {
    return create(uiPort, slots, new Configuration());
  }

  /**
   * Starts a cluster of one task manager.
   *
   * @param uiPort port of the web UI; 0 takes one that is free
   * @param slots slots, and the parallelism of a job that sets none
   * @param settings Flink's settings that differ from those of a local cluster
   * @throws UserError when the port is taken
   */
  public static LocalFlink create(int uiPort, int slots, Configuration settings) {
    TempFolder folder = TempFolder.create("sluice-flink-");
    try {
      Configuration configuration = configuration(folder, uiPort, slots);
      configuration.addAll(settings);
      MiniCluster cluster =
          new MiniCluster(
              new MiniClusterConfiguration.Builder()
                  .setConfiguration(configuration)
                  .setNumSlotsPerTaskManager(slots)
                  .setCommonBindAddress(HOST)
                  .build());
      cluster.start();
      return new LocalFlink(folder, configuration, cluster, cluster.getRestAddress().join());
    } catch (Exception e) {
      folder.close();
      if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
        throw new UserError(
            "port "
                + uiPort
                + " for the Flink web UI is in use; choose another with --ui-port, or 0 for one"
                + " that is free",
            e);
      }
      throw new IllegalStateException("the Flink cluster did not start: " + e.getMessage(), e);
    }
  }

  /**
   * Settings that have a cluster serve its metrics to Prometheus on the loopback interface, at
   * {@code /metrics}.
   *
   * @throws UserError when the port is taken; Flink would go on without
   */
  public static Configuration metricsOn(int port) {
    try (ServerSocket free = new ServerSocket()) {
      free.setReuseAddress(true);
      free.bind(BrokerSockets.address(port));
    } catch (IOException e) {
      throw new UserError(
          "port " + port + " for metrics is in use; choose another with --metrics-port", e);
    }
    Configuration c = new Configuration();
    Configuration reporter = MetricOptions.forReporter(c, "prometheus");
    reporter.set(
        MetricOptions.REPORTER_FACTORY_CLASS, LoopbackPrometheusReporter.Factory.class.getName());
    reporter.setString("port", Integer.toString(port));
    // Labels say what the names are: run-1 and not run_1.
    reporter.setString("filterLabelValueCharacters", "false");
    return c;
  }

  /** Where a browser finds the web UI. */
  public URI uiAddress() {
    return uiAddress;
  }

  /**
   * Starts a job.
   *
   * @param name what the UI calls it
   * @param graph adds the job's sources, operators and sinks to an environment
   * @return to watch and cancel it; what makes it fail is the cause when its result is asked for
   */
  public JobClient submit(String name, Consumer<StreamExecutionEnvironment> graph) {
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment(configuration);
    graph.accept(environment);
    StreamGraph plan = environment.getStreamGraph();
    plan.setJobName(name);
    MiniClusterClient client = new MiniClusterClient(configuration, cluster);
    try {
      JobID job = client.submitJob(plan).join();
      return new ClusterClientJobClientAdapter<>(
          () -> client, job, LocalFlink.class.getClassLoader());
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "Flink refused the job: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /**
   * Takes a checkpoint of a job.
   *
   * @return address of its folder
   */
  public String checkpoint(JobID job) throws InterruptedException {
    try {
      return cluster.triggerCheckpoint(job).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("no checkpoint was made: " + e.getCause().getMessage(), e);
    }
  }

  /**
   * How long a job's tasks took to restore their state: the slowest of them, in milliseconds; empty
   * while some do not run yet.
   */
  public OptionalLong restoreMillis(JobID job) {
    long most = 0;
    boolean anyTask = false; // there is none while the job is initialized
    for (AccessExecutionVertex task :
        cluster.getExecutionGraph(job).join().getAllExecutionVertices()) {
      if (task.getExecutionState() != ExecutionState.RUNNING) {
        return OptionalLong.empty();
      }
      anyTask = true;
      AccessExecution attempt = task.getCurrentExecutionAttempt();
      most =
          Math.max(
              most,
              attempt.getStateTimestamp(ExecutionState.RUNNING)
                  - attempt.getStateTimestamp(ExecutionState.INITIALIZING));
    }
    return anyTask ? OptionalLong.of(most) : OptionalLong.empty();
  }

  Path folder() {
    return folder.path();
  }

  /** Stops whatever runs, and the cluster. */
  @Override
  public void close() {
    try (folder) {
      cluster.closeAsync().join();
    }
  }

  private static Configuration configuration(TempFolder folder, int uiPort, int slots) {
    Configuration c = new Configuration();
    c.set(RestOptions.ADDRESS, HOST);
    c.set(RestOptions.BIND_ADDRESS, HOST);
    c.set(RestOptions.BIND_PORT, Integer.toString(uiPort));
    c.set(RestOptions.PORT, uiPort);
    c.set(JobManagerOptions.PORT, 0);
    c.set(JobManagerOptions.ADDRESS, HOST);
    c.set(JobManagerOptions.BIND_HOST, HOST);

    c.set(CoreOptions.DEFAULT_PARALLELISM, slots);
    // What the job needs at these sizes; the defaults are for a machine of its own.
    c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32));
    c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32));
    c.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));

    c.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    c.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    c.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.folder("checkpoints").toUri().toString());
    c.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, folder.folder("savepoints").toUri().toString());
    c.set(CoreOptions.TMP_DIRS, folder.folder("tmp").toString());
    c.set(WebOptions.TMP_DIR, folder.folder("web").toString());
    c.set(WebOptions.UPLOAD_DIR, folder.folder("upload").toString());

    LogFile.current().ifPresent(path -> c.set(WebOptions.LOG_PATH, path.toString()));
    // Jobs come from this process only.
    c.set(WebOptions.SUBMIT_ENABLE, false);
    c.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
    return c;
  }
}
