package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.client.ClientMetrics;
import io.sluice.agent.client.ModelMetrics;
import io.sluice.agent.train.EpochAverages;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.Sync;
import io.sluice.protocol.UserError;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AgentMetricsTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final AtomicReference<ClientMetrics> client = new AtomicReference<>(ClientMetrics.NONE);
  private final AtomicReference<ModelMetrics> models = new AtomicReference<>(ModelMetrics.NONE);
  private final AgentMetrics metrics = new AgentMetrics("shop-images", 3, client::get, models::get);

  @Test
  void whatIsNotKnownYetIsNoNumberThatCouldBeMistaken() throws Exception {
    Map<String, String> values = scrape();

    assertThat(values)
        .containsEntry("epoch", "-1.0")
        .containsEntry("samples_known", "-1.0")
        .containsEntry("samples_selected", "-1.0")
        .containsEntry("samples_trained_total", "0.0")
        .containsEntry("losses_dropped_total", "0.0")
        .containsEntry("gpu_idle_seconds_total", "0.0");
    assertThat(values)
        .extractingByKeys(
            "training_loss",
            "test_accuracy_ratio",
            "turnaround_seconds",
            "checkpoint_seconds",
            "checkpoint_bytes")
        .containsOnly("NaN");
  }

  @Test
  void followsTheTraining() throws Exception {
    metrics.epochStarted(samples(6, Duration.ofMillis(250)));
    metrics.batchDone(6, 64, 100, 0.75, 1000);
    metrics.batchDone(6, 100, 100, 0.5, 1000);
    metrics.checkpointSaved(123_456, Duration.ofMillis(1500));
    metrics.epochDone(result(6, 0.9125, Duration.ofMillis(40)));
    metrics.epochStarted(samples(7, Duration.ofMillis(125)));
    metrics.batchDone(7, 64, 100, 0.25, 1000);
    metrics.epochDone(result(7, 0.75, Duration.ofMillis(10)));

    assertThat(scrape())
        .containsEntry("epoch", "7.0")
        .containsEntry("samples_known", "2000.0")
        .containsEntry("samples_selected", "400.0")
        .containsEntry("samples_trained_total", "164.0")
        .containsEntry("training_loss", "0.25")
        .containsEntry("test_accuracy_ratio", "0.75")
        .containsEntry("turnaround_seconds", "0.125")
        .containsEntry("gpu_idle_seconds_total", "0.05")
        .containsEntry("checkpoint_seconds", "1.5")
        .containsEntry("checkpoint_bytes", "123456.0");
  }

  @Test
  void countsWhatACheckpointHadAlreadyAsTrainedByWhoeverTrainedIt() throws Exception {
    metrics.epochStarted(samples(6, Duration.ZERO));
    metrics.epochResumed(6, 60);
    metrics.batchDone(6, 100, 100, 0.75, 1000);

    assertThat(scrape()).containsEntry("samples_trained_total", "40.0");
  }

  @Test
  void followsTheAverages() throws Exception {
    metrics.averaged(new Sync(6, 1, false), List.of(), Duration.ofMillis(250));
    metrics.averaged(new Sync(6, 2, true), List.of(1, 3), Duration.ofMillis(500));
    metrics.averaged(new Sync(7, 1, true), List.of(1), Duration.ofMillis(250));
    models.set(new ModelMetrics(1, 2_000, 3, 4_000, 5));

    assertThat(scrape())
        .containsEntry("syncs_total", "3.0")
        .containsEntry("sync_seconds_total", "1.0")
        .containsEntry("syncs_left_out_total", "1.0")
        .containsEntry("model_sent_bytes_total", "2000.0")
        .containsEntry("model_read_bytes_total", "4000.0");
  }

  @Test
  void readsWhatTheClientCounts() throws Exception {
    client.set(new ClientMetrics(80, 70, 10, 6, 5_000, 40, 3_000, 2));

    assertThat(scrape())
        .containsEntry("losses_reported_total", "80.0")
        .containsEntry("losses_sent_total", "70.0")
        .containsEntry("losses_dropped_total", "10.0")
        .containsEntry("records_sent_total", "6.0")
        .containsEntry("sent_bytes_total", "5000.0")
        .containsEntry("chunks_read_total", "40.0")
        .containsEntry("read_bytes_total", "3000.0")
        .containsEntry("repeats_dropped_total", "2.0");
  }

  /** rate() and increase() are for counters alone. */
  @Test
  void totalsAreCountersAndTheRestAreGauges() throws Exception {
    assertThat(body().lines().filter(line -> line.startsWith("# TYPE ")))
        .hasSize(23)
        .allSatisfy(
            line -> assertThat(line).endsWith(line.contains("_total ") ? " counter" : " gauge"));
  }

  @Test
  void aPortInUseIsOneClearLine() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> MetricsServer.start(LOOPBACK, port, metrics.registry()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("--metrics-port")
          .hasMessageNotContaining("\n");
    }
  }

  /** By name without the prefix. Each has the labels of its agent, and no others. */
  private Map<String, String> scrape() throws Exception {
    Pattern sample =
        Pattern.compile("sluice_agent_(\\w+)\\{rank=\"3\",run=\"shop-images\"\\} (\\S+)");
    Map<String, String> values = new TreeMap<>();
    for (String line : body().lines().filter(line -> !line.startsWith("#")).toList()) {
      Matcher matcher = sample.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      values.put(matcher.group(1), matcher.group(2));
    }
    return values;
  }

  private String body() throws Exception {
    int port = freePort();
    try (MetricsServer server = MetricsServer.start(LOOPBACK, port, metrics.registry())) {
      URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }

  private static EpochSamples samples(int epoch, Duration turnaround) {
    return new EpochSamples(epoch, new long[100], null, 4, 400, 2_000, turnaround);
  }

  private static EpochResult result(int epoch, double accuracy, Duration gpuIdle) {
    Duration second = Duration.ofSeconds(1);
    return new EpochResult(
        epoch,
        100,
        0,
        400,
        2_000,
        0.5,
        accuracy,
        second,
        second,
        second,
        gpuIdle,
        EpochAverages.NONE);
  }
}
