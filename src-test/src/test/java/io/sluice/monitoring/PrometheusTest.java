package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sluice.TestingProcess;
import io.sluice.TestingRun;
import io.sluice.faults.FreePorts;
import io.sluice.monitoring.Alerts.Alert;
import io.sluice.protocol.config.RunConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus reads a demo, to which everything happens that a query asks for. */
class PrometheusTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void everyQueryOfDashboardAndAlertsFindsSomething() throws Exception {
    PrometheusProcess.assumeInstalled();
    int ports = FreePorts.takeRow(2);
    TestingProcess demo =
        TestingProcess.start(
            folder.resolve("demo"),
            "demo",
            "--metrics-port=" + ports,
            "--dataset=glyphs:500",
            "--model=linear",
            "--epochs=unbounded",
            "--shards=8",
            "--partitions=2",
            "--checkpoint-interval=500ms",
            "--stall-warning=100ms");
    try (PrometheusProcess prometheus = PrometheusProcess.start(folder, ports, 2)) {
      await()
          .atMost(PATIENCE)
          .until(() -> demo.out().lines().anyMatch(line -> line.matches(" +9 +500 .*")));
      RunConfig run =
          TestingRun.config(demo.out().replaceAll("(?s).*Kafka +(\\S+).*", "$1"), "demo", Map.of());

      Map<String, String> queries = queries();
      assertThat(queries).hasSizeGreaterThan(50);
      StraySync.send(run);
      // There is no agent of rank 1, so that its epoch stalls.
      TestingProcess membership =
          TestingProcess.start(
              folder.resolve("membership"),
              "membership",
              "set",
              "--run=demo",
              "--bootstrap-servers=" + run.inEffect().get("bootstrap-servers"),
              "--shards=8",
              "--partitions=2",
              "--world-size=2");
      assertThat(membership.await()).as(membership.err()).isZero();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                TestingRun.write(run, 0, "no record".getBytes(StandardCharsets.UTF_8));
                for (String where : queries.keySet().toArray(String[]::new)) {
                  if (!prometheus.query(queries.get(where)).isEmpty()) {
                    queries.remove(where);
                  }
                }
                assertThat(queries).as("queries that return nothing").isEmpty();
              });

      assertLabelled(
          prometheus.query(
              "sum by (rank) (flink_taskmanager_job_task_operator_rank_stalledShards)"),
          "rank",
          "1");
      assertLabelled(
          prometheus.query(
              "sum by (reason) (flink_taskmanager_job_task_operator_reason_rejected) > 0"),
          "reason",
          "undecodable");
      assertThat(prometheus.rules())
          .hasSameSizeAs(Alerts.all())
          .allSatisfy(
              rule ->
                  assertThat(rule.get("health").getAsString()).as(rule.toString()).isEqualTo("ok"));
    } finally {
      demo.interrupt();
      assertThat(demo.await()).isEqualTo(130);
    }
  }

  /** By where they stand: the dashboard's queries, and what the alerts look at. */
  private static Map<String, String> queries() {
    Map<String, String> queries = new LinkedHashMap<>();
    for (Dashboard.Query query : Dashboard.read().queries()) {
      queries.put(
          query.where(),
          query.expression().replace("$run", "demo").replace("$__rate_interval", "10s"));
    }
    for (JsonObject variable : Dashboard.read().variables()) {
      if (variable.get("type").getAsString().equals("query")) {
        String values = variable.getAsJsonObject("query").get("query").getAsString();
        queries.put(
            variable.get("name").getAsString(),
            values.replaceFirst("label_values\\((\\w+), (\\w+)\\)", "$1{$2=~\"sluice: .+\"}"));
      }
    }
    for (Alert alert : Alerts.all()) {
      for (String selector : PromQl.selectors(alert.expression())) {
        queries.put(alert.name() + " " + selector, selector);
      }
    }
    return queries;
  }

  private static void assertLabelled(JsonArray series, String label, String value) {
    assertThat(series).hasSize(1);
    JsonObject labels = series.get(0).getAsJsonObject().getAsJsonObject("metric");
    assertThat(labels.get(label).getAsString()).isEqualTo(value);
  }
}
