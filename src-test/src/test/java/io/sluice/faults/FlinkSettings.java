package io.sluice.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Settings of Flink for processes that a test starts. */
public final class FlinkSettings {

  private FlinkSettings() {}

  /**
   * What every cluster of a test has: small processes on loopback ports that were free, task
   * managers of one slot, and a process that is gone is noticed in seconds.
   */
  public static Map<String, String> onLoopback(Processes processes) {
    Map<String, String> s = new TreeMap<>();
    s.put("rest.address", FreePorts.HOST);
    s.put("rest.bind-address", FreePorts.HOST);
    s.put("rest.port", Integer.toString(FreePorts.take()));
    s.put("jobmanager.rpc.address", FreePorts.HOST);
    s.put("jobmanager.bind-host", FreePorts.HOST);
    s.put("jobmanager.rpc.port", Integer.toString(FreePorts.take()));
    s.put("taskmanager.host", FreePorts.HOST);
    s.put("taskmanager.bind-host", FreePorts.HOST);

    s.put("taskmanager.numberOfTaskSlots", "1");
    // Flink's scripts would work these out.
    s.put("taskmanager.cpu.cores", "1");
    s.put("taskmanager.memory.framework.heap.size", "64m");
    s.put("taskmanager.memory.framework.off-heap.size", "64m");
    s.put("taskmanager.memory.jvm-metaspace.size", "128m");
    s.put("taskmanager.memory.jvm-overhead.min", "64m");
    s.put("taskmanager.memory.jvm-overhead.max", "64m");
    s.put("taskmanager.memory.task.heap.size", "192m");
    s.put("taskmanager.memory.task.off-heap.size", "16m");
    s.put("taskmanager.memory.network.min", "24m");
    s.put("taskmanager.memory.network.max", "24m");

    s.put("heartbeat.interval", "500ms");
    s.put("heartbeat.timeout", "6s");
    s.put("web.refresh-interval", "100");
    s.put("metrics.fetcher.update-interval", "200");
    s.put("io.tmp.dirs", processes.folder("flink-tmp").toString());
    s.put("env.log.dir", processes.folder("flink-log").toString());
    return s;
  }

  /** Writes the file that Flink looks for in its {@code --configDir}. */
  public static void write(Map<String, String> settings, Path folder) {
    try {
      Files.write(
          folder.resolve("config.yaml"),
          settings.entrySet().stream().map(e -> e.getKey() + ": '" + e.getValue() + "'").toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
