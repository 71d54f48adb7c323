package io.sluice.local.bench;

import io.sluice.protocol.UsageError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** The run that a bench measures. */
final class Workload {

  /** State of some 36 GB, which no heap here would hold. */
  private static final long MOST_SAMPLES = 1L << 32;

  private static final int MOST_SUBTASKS = 1024;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Samples of the run. Default: 16777216. Allowed: an integer from 1 to 2^32.")
  private long samples = 1L << 24;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Subtasks of the job. Default: 2. Allowed: an integer from 1 to 1024.")
  private int parallelism = 2;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Another setting of the run, such as shards=512 or loss-buffer=16384 (then an agent sends"
              + " 64 losses in a record); may be repeated. Default: none.")
  private Map<String, String> settings = new TreeMap<>();

  /**
   * @throws UsageError when the number is not allowed
   */
  long samples() {
    allow("samples", samples, 1, MOST_SAMPLES);
    return samples;
  }

  /**
   * @throws UsageError when the number is not allowed
   */
  int parallelism() {
    allow("parallelism", parallelism, 1, MOST_SUBTASKS);
    return parallelism;
  }

  /** The run's settings, some of which the bench decides. */
  Map<String, String> settings(Map<String, String> ofBench) {
    Map<String, String> all = new TreeMap<>(settings);
    all.putAll(ofBench);
    all.put("parallelism", Integer.toString(parallelism()));
    return all;
  }

  /** For the report. */
  Map<String, Object> described() {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("samples", samples);
    described.put("parallelism", parallelism);
    described.putAll(settings);
    return described;
  }

  /**
   * @throws UsageError when a flag's value is not within bounds
   */
  static void allow(String flag, long value, long least, long most) {
    if (value < least || value > most) {
      throw new UsageError(
          String.format(
              "%s is '%d' (flag); allowed: an integer from %d to %d", flag, value, least, most));
    }
  }
}
