package io.sluice.deployment;

import static org.awaitility.Awaitility.await;

import io.sluice.JobJar;
import io.sluice.faults.FlinkRest;
import io.sluice.faults.FlinkSettings;
import io.sluice.faults.FreePorts;
import io.sluice.faults.Processes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;

/**
 * A Flink cluster for one job, as the image has it: the job's jar in {@code usrlib} beside {@code
 * lib}, and on the class path Flink alone. A job manager and a task manager, each a process.
 */
final class ApplicationCluster {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Processes processes;
  private final Path home;
  private final String restPort = Integer.toString(FreePorts.take());
  private final String rpcPort = Integer.toString(FreePorts.take());

  private final FlinkRest rest;

  private ApplicationCluster(Processes processes) throws IOException {
    this.processes = processes;
    this.home = processes.folder("flink");
    processes.folder("flink/lib");
    processes.folder("flink/plugins");
    this.rest = new FlinkRest(URI.create("http://" + FreePorts.HOST + ":" + restPort));
    Files.copy(JobJar.path(), processes.folder("flink/usrlib").resolve("sluice-flink-job.jar"));
  }

  /**
   * Starts it; all tasks of the job run when this returns.
   *
   * @param settings Flink's. Replaced are ports, by free ones, the folder of checkpoints and
   *     savepoints, by a temporary one, and the memory of processes, by little.
   * @param arguments what follows {@code standalone-job}
   */
  static ApplicationCluster start(
      Processes processes, Map<String, String> settings, List<String> arguments)
      throws IOException {
    ApplicationCluster cluster = new ApplicationCluster(processes);
    Path forJobManager = cluster.configure("job-manager", settings);
    Path forTaskManager = cluster.configure("task-manager", settings);
    cluster.start(
        "job-manager",
        "384m",
        StandaloneApplicationClusterEntryPoint.class,
        Stream.concat(Stream.of("--configDir", forJobManager.toString()), arguments.stream())
            .toList());
    cluster.start(
        "task-manager",
        "512m",
        TaskManagerRunner.class,
        List.of("--configDir", forTaskManager.toString()));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> cluster.rest.isRunning(cluster.rest.onlyJob()));
    return cluster;
  }

  FlinkRest rest() {
    return rest;
  }

  private void start(String name, String heap, Class<?> main, List<String> arguments) {
    Map<String, String> environment =
        Map.of(
            "FLINK_HOME", home.toString(),
            "FLINK_LIB_DIR", home.resolve("lib").toString(),
            "FLINK_PLUGINS_DIR", home.resolve("plugins").toString());
    processes.start(name, heap, JobJar.flinkAlone(), environment, main.getName(), arguments);
  }

  /** Writes the settings of one process, which shares this machine's ports with the others. */
  private Path configure(String process, Map<String, String> given) {
    Map<String, String> settings = FlinkSettings.onLoopback(processes);
    given.forEach(
        (key, value) -> {
          if (key.endsWith(".port")) {
            settings.put(key, Integer.toString(FreePorts.take()));
          } else if (key.startsWith("execution.checkpointing.") && key.endsWith("dir")) {
            settings.put(key, processes.folder(key).toUri().toString());
          } else if (!key.endsWith(".memory.process.size")) {
            settings.put(key, value);
          }
        });
    settings.putIfAbsent("taskmanager.memory.managed.size", "0");
    settings.put("rest.port", restPort);
    settings.put("jobmanager.rpc.port", rpcPort);
    Path folder = processes.folder("flink/conf-" + process);
    FlinkSettings.write(new TreeMap<>(settings), folder);
    return folder;
  }
}
