package io.sluice.simulation;

import java.util.Map;
import java.util.TreeMap;

/**
 * The job's counters by operator and name, over all subtasks. Unlike Flink's they are part of a
 * checkpoint, so that in the end each record has been counted once, however often the job failed.
 */
final class Counters {

  private final Map<String, Long> counts = new TreeMap<>();
  private long rejected;

  Counters(Map<String, Long> restored) {
    restored.forEach(this::add);
  }

  void add(String name, long more) {
    counts.merge(name, more, Long::sum);
    if (name.endsWith(".rejected")) {
      rejected += more;
    }
  }

  long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** Sum of the job's counters of what it refused. */
  long rejected() {
    return rejected;
  }

  /** Those that are not 0. */
  Map<String, Long> snapshot() {
    Map<String, Long> all = new TreeMap<>(counts);
    all.values().removeIf(count -> count == 0);
    return all;
  }
}
