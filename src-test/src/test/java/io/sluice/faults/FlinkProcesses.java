package io.sluice.faults;

import static org.awaitility.Awaitility.await;

import io.sluice.job.SelectionJob;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * A Flink cluster in processes of its own: a job manager and task managers of one slot each, in
 * session mode. With high availability, ZooKeeper and a folder remember what a job manager knew.
 */
final class FlinkProcesses implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Processes processes;
  private final Path folder;
  private final Map<String, String> settings;
  private final JavaProcess jobManager;
  private final List<JavaProcess> taskManagers = new ArrayList<>();
  private final RestClusterClient<String> client;
  private final FlinkRest rest;

  private FlinkProcesses(Processes processes, boolean highAvailability) {
    this.processes = processes;
    this.folder = processes.folder("flink");
    this.settings = settings();
    Configuration forClients = Configuration.fromMap(settings);
    if (highAvailability) {
      settings.putAll(zooKeeper());
    }
    FlinkSettings.write(settings, folder);
    this.jobManager =
        processes.start(
            "job-manager",
            "320m",
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            List.of("--configDir", folder.toString()));
    URI address = URI.create("http://" + FreePorts.HOST + ":" + settings.get("rest.port"));
    this.rest = new FlinkRest(address);
    try {
      this.client = new RestClusterClient<>(forClients, "faults");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static FlinkProcesses start(Processes processes, int taskManagers) {
    return new FlinkProcesses(processes, false).withTaskManagers(taskManagers);
  }

  /** Starts a cluster whose job manager may be killed and started again. */
  static FlinkProcesses startHighlyAvailable(Processes processes, int taskManagers) {
    return new FlinkProcesses(processes, true).withTaskManagers(taskManagers);
  }

  private FlinkProcesses withTaskManagers(int count) {
    for (int i = 0; i < count; i++) {
      taskManagers.add(
          processes.start(
              "task-manager-" + i,
              "384m",
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              List.of("--configDir", folder.toString())));
    }
    return this;
  }

  /** Starts a run's job; all its tasks run when this returns. */
  JobID submit(RunConfig config) {
    StreamExecutionEnvironment environment =
        new StreamExecutionEnvironment(Configuration.fromMap(settings));
    SelectionJob.build(environment, config);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(SelectionJob.jobName(config));
    await().atMost(PATIENCE).ignoreExceptions().until(() -> client.listJobs().get() != null);
    try {
      graph.serializeUserDefinedInstances();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    JobID job = client.submitJob(graph).join();
    awaitRunning(job);
    return job;
  }

  void awaitRunning(JobID job) {
    await().atMost(PATIENCE).ignoreExceptions().until(() -> rest.isRunning(job));
  }

  /** Takes a checkpoint that covers all that is in the run's log. */
  void checkpointAll(JobID job, RunConfig config) {
    LossLog.awaitRead(config, rest, job);
    client.triggerCheckpoint(job, CheckpointType.DEFAULT).join();
  }

  FlinkRest rest() {
    return rest;
  }

  JavaProcess jobManager() {
    return jobManager;
  }

  JavaProcess taskManager(int index) {
    return taskManagers.get(index);
  }

  /** What all task managers have logged. */
  String taskManagersOutput() {
    return taskManagers.stream().map(JavaProcess::output).collect(Collectors.joining());
  }

  @Override
  public void close() {
    client.close();
  }

  private Map<String, String> settings() {
    Map<String, String> s = FlinkSettings.onLoopback(processes);
    s.put("taskmanager.memory.managed.size", "16m");
    s.put("restart-strategy.type", "fixed-delay");
    s.put("restart-strategy.fixed-delay.attempts", "1000");
    s.put("restart-strategy.fixed-delay.delay", "500ms");
    s.put("execution.checkpointing.storage", "filesystem");
    s.put("execution.checkpointing.dir", processes.folder("checkpoints").toUri().toString());
    return s;
  }

  private Map<String, String> zooKeeper() {
    String port = Integer.toString(FreePorts.take());
    Path file = folder.resolve("zoo.cfg");
    write(
        file,
        List.of(
            "clientPort=" + port,
            "clientPortAddress=" + FreePorts.HOST,
            "dataDir=" + processes.folder("zookeeper"),
            "tickTime=500",
            "admin.enableServer=false"));
    processes.start(
        "zookeeper",
        "128m",
        "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
        List.of("--zkConfigFile", file.toString(), "--peerId", "1"));
    return Map.of(
        "high-availability.type",
        "zookeeper",
        "high-availability.zookeeper.quorum",
        FreePorts.HOST + ":" + port,
        "high-availability.zookeeper.client.session-timeout",
        "4s",
        "zookeeper.sasl.disable",
        "true",
        "high-availability.storageDir",
        processes.folder("ha").toUri().toString(),
        "high-availability.jobmanager.port",
        settings.get("jobmanager.rpc.port"));
  }

  private static void write(Path file, List<String> lines) {
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
