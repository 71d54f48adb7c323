package org.apache.flink.metrics.prometheus;

import io.prometheus.client.exporter.HTTPServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Properties;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Flink's Prometheus reporter on the loopback interface alone, where the original listens on all of
 * them. It lives in Flink's package because the metrics to serve are visible there alone.
 */
public final class LoopbackPrometheusReporter extends AbstractPrometheusReporter {

  /** Made by Flink, which finds it as a service. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new LoopbackPrometheusReporter();
    }
  }

  private HTTPServer server;

  @Override
  public void open(MetricConfig config) {
    super.open(config);
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), config.getInteger("port", 0));
    try {
      server = new HTTPServer(address, registry, true);
    } catch (IOException e) {
      throw new UncheckedIOException("no metrics on " + address, e);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop();
    }
    super.close();
  }
}
