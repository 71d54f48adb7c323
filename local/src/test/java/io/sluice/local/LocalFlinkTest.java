package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LocalFlinkTest {

  @Test
  void runsAJobThatTheWebUiShowsAndLeavesNothingBehind() throws Exception {
    Path folder;
    try (LocalFlink flink = LocalFlink.create(0, 2)) {
      folder = flink.folder();
      JobClient job = flink.submit("counting", LocalFlinkTest::endless);
      awaitStatus(job, JobStatus.RUNNING);

      assertThat(get(flink, "/")).contains("<title>Apache Flink Web Dashboard</title>");
      String jobs = get(flink, "/jobs/overview");
      assertThat(jobs).contains("\"name\":\"counting\"").contains(job.getJobID().toString());
      assertThat(get(flink, "/jobs/" + job.getJobID())).contains("\"parallelism\":2");

      Path checkpoints = folder.resolve("checkpoints");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(get(flink, "/jobs/" + job.getJobID() + "/checkpoints"))
                      .contains("\"status\":\"COMPLETED\""));
      try (Stream<Path> files = Files.walk(checkpoints)) {
        assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
      }

      job.cancel().get();
      awaitStatus(job, JobStatus.CANCELED);
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void showsAnOperatorsMetrics() throws Exception {
    try (LocalFlink flink = LocalFlink.create(0, 1)) {
      JobClient job = flink.submit("counting", LocalFlinkTest::endless);
      awaitStatus(job, JobStatus.RUNNING);
      String vertices = get(flink, "/jobs/" + job.getJobID());
      String vertex = vertices.replaceAll("(?s).*?\"vertices\":\\[\\{\"id\":\"(\\w+)\".*", "$1");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(
                          get(
                              flink,
                              "/jobs/" + job.getJobID() + "/vertices/" + vertex + "/metrics"))
                      .contains("numRecordsOut"));
    }
  }

  @Test
  void stopsWithAJobRunning() {
    Path folder;
    try (LocalFlink flink = LocalFlink.create(0, 1)) {
      folder = flink.folder();
      awaitStatus(flink.submit("counting", LocalFlinkTest::endless), JobStatus.RUNNING);
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void tellsWhyAJobFailed() {
    try (LocalFlink flink = LocalFlink.create(0, 1)) {
      JobClient job =
          flink.submit(
              "failing",
              environment ->
                  environment
                      .fromSequence(1, 10)
                      .map(
                          number -> {
                            throw new IllegalArgumentException("no such number: " + number);
                          })
                      .sinkTo(new DiscardingSink<>()));
      assertThatThrownBy(() -> job.getJobExecutionResult().get())
          .rootCause()
          .hasMessageContaining("no such number: 1");
    }
  }

  @Test
  void aPortInUseIsOneClearLine() throws Exception {
    try (ServerSocket other = new ServerSocket()) {
      other.bind(BrokerSockets.address(0));
      int port = other.getLocalPort();
      assertThatThrownBy(() -> LocalFlink.create(port, 1))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("--ui-port")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void servesMetricsToThisMachineAlone() throws Exception {
    int port = freePort();
    try (LocalFlink flink = LocalFlink.create(0, 1, LocalFlink.metricsOn(port))) {
      JobClient job = flink.submit("counting to: ten-1", LocalFlinkTest::endless);
      awaitStatus(job, JobStatus.RUNNING);
      URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(get(metrics))
                      .contains("flink_jobmanager_job_numRestarts{")
                      .contains("flink_taskmanager_job_task_numRecordsOut{")
                      .contains("job_name=\"counting to: ten-1\""));
      for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(network.getInetAddresses())) {
          if (!address.isLoopbackAddress()) {
            assertThatThrownBy(() -> new Socket(address, port).close())
                .isInstanceOf(ConnectException.class);
          }
        }
      }
    }
    try (ServerSocket free = new ServerSocket()) {
      free.bind(BrokerSockets.address(port));
    }
  }

  @Test
  void aMetricsPortInUseIsOneClearLine() throws Exception {
    try (ServerSocket other = new ServerSocket()) {
      other.bind(BrokerSockets.address(0));
      assertThatThrownBy(() -> LocalFlink.metricsOn(other.getLocalPort()))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "port %d for metrics is in use; choose another with --metrics-port",
              other.getLocalPort());
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(BrokerSockets.address(0));
      return socket.getLocalPort();
    }
  }

  private static void endless(StreamExecutionEnvironment environment) {
    environment.enableCheckpointing(100);
    environment.fromSequence(0, Long.MAX_VALUE).rebalance().sinkTo(new DiscardingSink<>());
  }

  private static void awaitStatus(JobClient job, JobStatus status) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(job.getJobStatus().get()).isEqualTo(status));
  }

  private static String get(LocalFlink flink, String path) throws Exception {
    return get(flink.uiAddress().resolve(path));
  }

  private static String get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
