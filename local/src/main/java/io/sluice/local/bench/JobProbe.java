package io.sluice.local.bench;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Reads the job's own metrics at the moment they change, where a reporter or the web UI would be up
 * to a second behind. For one cluster in this process, with one job.
 */
public final class JobProbe implements MetricReporter {

  /** Made by Flink, which finds it as a service. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new JobProbe();
    }
  }

  private static final Map<Metric, String> METRICS = new ConcurrentHashMap<>();

  /** Has a cluster report to the probe. */
  static void install(Configuration cluster) {
    cluster.set(
        ConfigOptions.key("metrics.reporter.probe.factory.class").stringType().noDefaultValue(),
        Factory.class.getName());
  }

  /** Losses that the trackers have taken into the state, of all subtasks. */
  static long lossesAccepted() {
    return counter("lossesAccepted");
  }

  /** Number of the newest selection that has been planned; -1 before the first. */
  static long plannedEpoch() {
    return METRICS.entrySet().stream()
        .filter(metric -> metric.getValue().equals("epoch"))
        .mapToLong(metric -> ((Number) ((Gauge<?>) metric.getKey()).getValue()).longValue())
        .max()
        .orElse(-1);
  }

  /** Whether no job has metrics here. */
  static boolean isIdle() {
    return METRICS.isEmpty();
  }

  private static long counter(String name) {
    return METRICS.entrySet().stream()
        .filter(metric -> metric.getValue().equals(name))
        .mapToLong(metric -> ((Counter) metric.getKey()).getCount())
        .sum();
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (name.equals("lossesAccepted") || name.equals("epoch")) {
      METRICS.put(metric, name);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    METRICS.remove(metric);
  }

  @Override
  public void close() {
    METRICS.clear();
  }
}
