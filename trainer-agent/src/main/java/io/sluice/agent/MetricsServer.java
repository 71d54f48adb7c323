package io.sluice.agent;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import java.io.IOException;
import java.net.InetAddress;

/** Serves metrics over HTTP at {@code /metrics}, until it is closed. */
final class MetricsServer implements AutoCloseable {

  private final HTTPServer server;

  private MetricsServer(HTTPServer server) {
    this.server = server;
  }

  /**
   * @throws UserError when the port cannot be had
   */
  static MetricsServer start(InetAddress address, int port, PrometheusRegistry registry) {
    try {
      return new MetricsServer(
          HTTPServer.builder().inetAddress(address).port(port).registry(registry).buildAndStart());
    } catch (IOException e) {
      throw new UserError(
          String.format(
              "cannot serve metrics on port %d: %s; choose another with %s, or 0 for none",
              port, e.getMessage(), Options.METRICS_PORT.flag()),
          e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
