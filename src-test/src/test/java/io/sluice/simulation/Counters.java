package io.sluice.simulation;

import java.util.Map;
import java.util.TreeMap;

/**
 * The job's counters by operator and name, over all subtasks. Unlike Flink's they are part of a
 * checkpoint, so that in the end each record has been counted once, however often the job failed.
 */
final class Counters {

  private final Map<String, Long> counts = new TreeMap<>();

  Counters(Map<String, Long> restored) {
    counts.putAll(restored);
  }

  void add(String name, long more) {
    counts.merge(name, more, Long::sum);
  }

  long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** Sum of all whose names begin so. */
  long sum(String prefix) {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Those that are not 0. */
  Map<String, Long> snapshot() {
    Map<String, Long> all = new TreeMap<>(counts);
    all.values().removeIf(count -> count == 0);
    return all;
  }
}
