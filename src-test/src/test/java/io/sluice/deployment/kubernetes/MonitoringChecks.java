package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.openshift.api.model.monitoring.v1.PodMetricsEndpoint;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.sluice.protocol.config.Options;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** That Prometheus and Grafana find what there is to see. */
final class MonitoringChecks {

  private static final String METRICS = "metrics";

  private MonitoringChecks() {}

  /** Every pod but that of the tools is asked, at the port at which it answers. */
  static void pods(Manifests manifests) {
    Map<String, String> flink = FlinkChecks.spec(manifests).getFlinkConfiguration();
    Set<Pod.Part> asked = EnumSet.noneOf(Pod.Part.class);
    for (PodMonitor monitor : manifests.all(PodMonitor.class)) {
      assertThat(monitor.getSpec().getPodMetricsEndpoints()).hasSize(1);
      PodMetricsEndpoint endpoint = monitor.getSpec().getPodMetricsEndpoints().get(0);
      assertThat(endpoint.getPort()).isEqualTo(METRICS);
      assertThat(endpoint.getPath()).isEqualTo("/metrics");
      asked.addAll(
          PodChecks.selected(
              manifests, labels -> Network.matches(monitor.getSpec().getSelector(), labels)));
    }
    assertThat(asked)
        .containsExactlyInAnyOrder(Pod.Part.JOB_MANAGER, Pod.Part.TASK_MANAGER, Pod.Part.AGENT);
    for (Pod.Part part : asked) {
      int port =
          part == Pod.Part.AGENT
              ? Settings.ofAgent(manifests, 0).get(Options.METRICS_PORT)
              : Integer.parseInt(flink.get("metrics.reporter.prom.port"));
      assertThat(Pod.of(manifests, part).container().getPorts())
          .filteredOn(candidate -> METRICS.equals(candidate.getName()))
          .extracting(ContainerPort::getContainerPort)
          .containsExactly(port);
    }
  }

  static void dashboardAndAlerts(Manifests manifests) {
    ConfigMap dashboard = manifests.named(ConfigMap.class, "sluice-dashboard");
    assertThat(dashboard.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
    assertThat(dashboard.getData()).containsOnlyKeys("sluice-dashboard.json");
    assertThat(
            JsonParser.parseString(dashboard.getData().get("sluice-dashboard.json"))
                .getAsJsonObject()
                .getAsJsonArray("panels"))
        .isNotEmpty();
    assertThat(manifests.only(PrometheusRule.class).getSpec().getGroups())
        .isNotEmpty()
        .allSatisfy(group -> assertThat(group.getRules()).isNotEmpty());
  }
}
