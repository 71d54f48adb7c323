package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo as a newcomer runs it, made small. */
class DemoTest {

  @TempDir Path folder;

  @Test
  void trainsComparesAndWritesItsSummary() throws Exception {
    Path file = folder.resolve("s.json");
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:1000",
            "--model",
            "linear",
            "--epochs",
            "4",
            "--agents",
            "2",
            "--compare",
            "full",
            "--summary",
            file.toString());

    assertThat(demo.await()).as(demo.err()).isZero();
    assertThat(demo.err()).isEmpty();
    assertThat(demo.out())
        .contains("Flink UI", "2 agents", "the mean of their parameters", "selected", "baseline")
        .contains("One model: the mean of 2 agents' parameters, taken 4 times.")
        .containsPattern("Saved \\d+\\.\\d % of the 4,000 samples");
    assertThat(demo.leftovers()).isEmpty();

    JsonObject summary = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(summary.getAsJsonObject("settings").get("seed").getAsLong()).isEqualTo(1);
    assertConsistent(summary, 1000);
    assertThat(summary.get("saved_fraction").getAsDouble()).isBetween(0.1, 0.9);
    assertThat(summary.get("averages").getAsInt()).isEqualTo(4);
    JsonObject baseline = summary.getAsJsonObject("baseline");
    assertConsistent(baseline, 1000);
    assertThat(baseline.get("saved_fraction").getAsDouble()).isZero();
    assertCounted(summary);
    assertCounted(baseline);
    assertThat(demo.out()).contains("Report    " + folder.resolve("sluice-report.html").toUri());
    assertThat(folder.resolve("sluice-report.html"))
        .content()
        .contains("<title>Sluice report: 2 runs</title>", "data:image/png;base64,");
  }

  @Test
  void trainsAReplicaEachWhenItIsTold() throws Exception {
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:400",
            "--model",
            "linear",
            "--epochs",
            "2",
            "--agents",
            "2",
            "--average",
            "off",
            "--report",
            "none");

    assertThat(demo.await()).as(demo.err()).isZero();
    assertThat(demo.out()).doesNotContain("Report");
    assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith("html"));
    assertThat(demo.out()).contains("a replica of its own").doesNotContain("One model");
  }

  @Test
  void growsFromTheVeryEpochOnThatWasAskedFor() throws Exception {
    Path file = folder.resolve("s.json");
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:400",
            "--model",
            "linear",
            "--epochs",
            "4",
            "--agents",
            "2",
            "--grow",
            "300@2",
            "--compare",
            "full",
            "--summary",
            file.toString());

    assertThat(demo.await()).as(demo.err()).isZero();
    assertThat(demo.out()).contains("300 more samples from epoch 2 on");
    JsonObject summary = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(known(summary)).containsExactly(400L, 400L, 700L, 700L);
    assertThat(known(summary.getAsJsonObject("baseline"))).containsExactly(400L, 400L, 700L, 700L);
  }

  @Test
  void leavesNothingBehindWhenItIsInterrupted() throws Exception {
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:500",
            "--model",
            "linear",
            "--epochs",
            "2",
            "--keep-running");
    await().atMost(Duration.ofMinutes(2)).until(() -> demo.out().contains("Ctrl-C ends them"));
    assertThat(demo.leftovers()).as("broker, cluster and log").hasSizeGreaterThanOrEqualTo(2);
    assertThat(get(demo.out().replaceAll("(?s).*?Flink UI +(\\S+).*", "$1") + "/jobs"))
        .contains("\"status\":\"RUNNING\"");

    demo.interrupt();

    assertThat(demo.await()).isEqualTo(130);
    assertThat(demo.err()).isEqualToIgnoringNewLines("sluice: stopped");
    assertThat(demo.leftovers()).isEmpty();
  }

  /** By what is there already: its log, its cluster's folder, its broker's. */
  @ParameterizedTest
  @ValueSource(strings = {"sluice-", "sluice-flink-", "sluice-kafka-"})
  void stopsWhileItStarts(String there) throws Exception {
    TestingProcess demo = TestingProcess.start(folder, "demo", "--dataset", "glyphs:500");
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                demo.leftovers().stream()
                    .anyMatch(file -> file.getFileName().toString().startsWith(there)));
    demo.interrupt();

    assertThat(demo.await()).isEqualTo(130);
    assertThat(demo.err()).isEqualToIgnoringNewLines("sluice: stopped");
    assertThat(demo.leftovers()).isEmpty();
  }

  @Test
  void takesNoMoreSubtasksThanThereAreShards() throws Exception {
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:200",
            "--model",
            "linear",
            "--epochs",
            "1",
            "--shards",
            "1",
            "--partitions",
            "1");

    assertThat(demo.await()).as(demo.err()).isZero();
  }

  @Test
  void stopsAmidTraining() throws Exception {
    TestingProcess demo =
        TestingProcess.start(
            folder, "demo", "--dataset", "glyphs:2000", "--model", "linear", "--epochs", "100000");
    await().atMost(Duration.ofMinutes(2)).until(() -> demo.out().contains("all, unmeasured"));

    demo.interrupt();

    assertThat(demo.await()).isEqualTo(130);
    assertThat(demo.leftovers()).isEmpty();
    assertThat(folder.resolve("sluice-report.html")).doesNotExist();
  }

  /** A run without an end ends so; it then says what came of it. */
  @Test
  void goesOnUntilItIsStopped() throws Exception {
    Path file = folder.resolve("s.json");
    TestingProcess demo =
        TestingProcess.start(
            folder,
            "demo",
            "--dataset",
            "glyphs:500",
            "--model",
            "linear",
            "--epochs",
            "unbounded",
            "--anneal-every",
            "5",
            "--summary",
            file.toString());
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> demo.out().lines().anyMatch(line -> line.matches(" +14 +500 .*")));

    demo.interrupt();

    assertThat(demo.await()).isEqualTo(130);
    assertThat(demo.err()).isEqualToIgnoringNewLines("sluice: stopped");
    assertThat(demo.out())
        .contains("linear on glyphs:500, epochs until Ctrl-C, policy seta")
        .containsPattern("Saved \\d+\\.\\d % of the [\\d,]+ samples");
    assertThat(demo.leftovers()).isEmpty();
    assertThat(folder.resolve("sluice-report.html"))
        .content()
        .contains("<title>Sluice report: run demo</title>", "data:image/png;base64,");

    JsonObject summary = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(summary.getAsJsonObject("settings").get("epochs").getAsString())
        .isEqualTo("unbounded");
    JsonArray epochs = summary.getAsJsonArray("epochs");
    assertThat(epochs).hasSizeGreaterThanOrEqualTo(15);
    for (int number = 1; number < 15; number++) {
      JsonObject epoch = epochs.get(number).getAsJsonObject();
      boolean annealed = number % 5 == 4; // 5 of 5 is beyond 0.875 x 5
      assertThat(epoch.get("window_size").getAsInt() == epoch.getAsJsonArray("sizes").size())
          .as("no window in epoch %d", number)
          .isEqualTo(annealed);
    }
  }

  @Test
  void saysWhatIsWrongInOneLine() throws Exception {
    TestingProcess missing = TestingProcess.start(folder, "demo", "--dataset", "idx:/nowhere");
    assertThat(missing.await()).isEqualTo(1);
    assertThat(missing.err()).contains("/nowhere").hasLineCount(1).startsWith("sluice: ");
    assertThat(missing.leftovers()).isEmpty();

    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      TestingProcess used = TestingProcess.start(folder, "demo", "--ui-port", port);
      assertThat(used.await()).isEqualTo(1);
      assertThat(used.err()).contains(port, "--ui-port").hasLineCount(1);
      TestingProcess noMetrics = TestingProcess.start(folder, "demo", "--metrics-port", port);
      assertThat(noMetrics.await()).isEqualTo(1);
      assertThat(noMetrics.err())
          .contains("port " + port + " for metrics is in use", "--metrics-port")
          .hasLineCount(1);
      assertThat(noMetrics.leftovers()).isEmpty();
    }

    TestingProcess endless =
        TestingProcess.start(folder, "demo", "--epochs", "unbounded", "--compare", "full");
    assertThat(endless.await()).isEqualTo(2);
    assertThat(endless.err())
        .isEqualToIgnoringNewLines(
            "sluice: compare is 'full' (flag), but epochs is unbounded: the baseline is trained when"
                + " the run has ended; give a number of epochs; see sluice demo --help");

    TestingProcess usage = TestingProcess.start(folder, "demo", "--clusters", "0");
    assertThat(usage.await()).isEqualTo(2);
    assertThat(usage.err())
        .isEqualToIgnoringNewLines(
            "sluice: clusters is '0' (flag); allowed: an integer from 1 to 256; see sluice demo"
                + " --help");
  }

  private static String get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static List<Long> known(JsonObject training) {
    return training.getAsJsonArray("epochs").asList().stream()
        .map(epoch -> epoch.getAsJsonObject().get("known").getAsLong())
        .toList();
  }

  /** Each sample is in each selection once at most, and in the first. */
  private static void assertCounted(JsonObject training) {
    JsonObject counts = training.getAsJsonObject("selections");
    assertThat(counts.get("selections").getAsInt()).isEqualTo(4);
    long samples = 0;
    long selected = 0;
    for (JsonElement element : counts.getAsJsonArray("samples_by_times")) {
      JsonObject tally = element.getAsJsonObject();
      assertThat(tally.get("times").getAsInt()).isBetween(1, 4);
      samples += tally.get("samples").getAsLong();
      selected += tally.get("times").getAsLong() * tally.get("samples").getAsLong();
    }
    assertThat(samples).isEqualTo(1000);
    long expected = 0;
    for (JsonElement epoch : training.getAsJsonArray("epochs")) {
      expected += epoch.getAsJsonObject().get("selected").getAsLong();
    }
    assertThat(selected).isEqualTo(expected);
    assertThat(counts.getAsJsonArray("most_selected")).hasSize(24);
  }

  private static void assertConsistent(JsonObject training, long known) throws IOException {
    JsonArray epochs = training.getAsJsonArray("epochs");
    assertThat(epochs).hasSize(4);
    long trained = 0;
    int number = 0;
    for (JsonElement element : epochs) {
      JsonObject epoch = element.getAsJsonObject();
      assertThat(epoch.get("epoch").getAsInt()).isEqualTo(number);
      assertThat(epoch.get("known").getAsLong()).isEqualTo(known);
      assertThat(epoch.get("unseen").getAsLong()).isEqualTo(number == 0 ? known : 0);
      long selected = epoch.get("selected").getAsLong();
      assertThat(epoch.get("trained").getAsLong()).isBetween(selected - 1, selected);
      assertThat(epoch.get("test_accuracy").getAsDouble()).isBetween(0.0, 1.0);
      assertThat(epoch.get("turnaround_ms").getAsLong()).isPositive();
      assertThat(epoch.get("gpu_idle_ms").getAsLong()).isNotNegative();
      long clustered = 0;
      for (JsonElement size : epoch.getAsJsonArray("sizes")) {
        clustered += size.getAsLong();
      }
      assertThat(clustered).isEqualTo(number == 0 ? 0 : known);
      for (String key : List.of("centers", "lowers", "uppers")) {
        assertThat(epoch.getAsJsonArray(key)).hasSameSizeAs(epoch.getAsJsonArray("sizes"));
      }
      assertThat(epoch.getAsJsonArray("bands")).hasSizeGreaterThanOrEqualTo(number == 0 ? 0 : 1);
      assertThat(epoch.get("train_ms").getAsLong()).isPositive();
      trained += epoch.get("trained").getAsLong();
      number++;
    }
    assertThat(training.get("samples_trained").getAsLong()).isEqualTo(trained);
    assertThat(training.get("samples_full").getAsLong()).isEqualTo(4 * known);
    // One in 26 by chance; 0.26 seen with selection, 0.5 without.
    assertThat(training.get("final_test_accuracy").getAsDouble()).isGreaterThan(0.1);
  }
}
