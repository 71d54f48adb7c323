package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.faults.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A real Prometheus on the loopback interface, which reads its targets each second. */
final class PrometheusProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final URI address;
  private final HttpClient http = HttpClient.newHttpClient();

  private PrometheusProcess(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /** Skips the test, and says so, where the programs are not installed. */
  static void assumeInstalled() {
    List<String> missing =
        Stream.of("prometheus", "promtool").filter(name -> !isOnPath(name)).toList();
    assumeTrue(missing.isEmpty(), "needs Prometheus; not on the PATH: " + missing);
  }

  private static boolean isOnPath(String name) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  /**
   * @param folder for its settings, data and log
   * @param firstTarget port of the first process to read
   * @param targets how many there are, on ports that follow each other
   */
  static PrometheusProcess start(Path folder, int firstTarget, int targets) throws IOException {
    int port = FreePorts.take();
    Path settings = folder.resolve("prometheus.yml");
    Files.writeString(
        settings,
        """
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
          evaluation_interval: 1s
        rule_files:
          - %s
        scrape_configs:
          - job_name: sluice
            static_configs:
              - targets: [%s]
        """
            .formatted(
                Alerts.RULES.toRealPath(),
                IntStream.range(firstTarget, firstTarget + targets)
                    .mapToObj(target -> "'127.0.0.1:" + target + "'")
                    .collect(Collectors.joining(", "))));
    Process process =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + settings,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    PrometheusProcess prometheus =
        new PrometheusProcess(process, URI.create("http://127.0.0.1:" + port));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> prometheus.get("/-/ready").statusCode() == 200);
    return prometheus;
  }

  /** What a query returns now: series with their labels and values. */
  JsonArray query(String expression) throws Exception {
    return data("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        .getAsJsonArray("result");
  }

  /** Its alerts and how their evaluation went. */
  List<JsonObject> rules() throws Exception {
    return Dashboard.objects(data("/api/v1/rules"), "groups")
        .flatMap(group -> Dashboard.objects(group, "rules"))
        .toList();
  }

  private JsonObject data(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonParser.parseString(response.body()).getAsJsonObject().getAsJsonObject("data");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(address.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
