package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benches as a person runs them, made small: what they say is there and fits together. */
class BenchTest {

  @TempDir Path folder;

  @Test
  void ingestComparesTheJobWithABareConsumer() throws Exception {
    for (String backend : List.of("hashmap", "rocksdb")) {
      JsonObject json =
          bench(
              "ingest",
              "--samples",
              "20000",
              "--losses",
              "70000",
              "--runs",
              "2",
              "--backend",
              backend);

      assertThat(json.getAsJsonObject("settings").get("backend").getAsString()).isEqualTo(backend);
      double[] job = runs(json, "losses_per_s");
      double[] consumer = runs(json, "consumer_losses_per_s");
      double[] ratio = runs(json, "ratio");
      assertThat(job).hasSize(2);
      for (int run = 0; run < 2; run++) {
        assertThat(job[run]).isPositive();
        assertThat(ratio[run]).isEqualTo(job[run] / consumer[run]);
      }
    }
  }

  @Test
  void turnaroundIsTimedByTheAgentThatEndsLast() throws Exception {
    JsonObject json = bench("turnaround", "--samples", "20000", "--epochs", "3", "--agents", "2");

    double[] millis = runs(json, "turnaround_ms");
    assertThat(millis).hasSize(3);
    assertThat(runs(json, "ns_per_sample")[0]).isEqualTo(millis[0] * 1e6 / 20_000);
    assertThat(runs(json, "in_process_ns_per_sample")[0]).isPositive();
  }

  @Test
  void stateIsSavedAndRestored() throws Exception {
    JsonObject json = bench("state", "--samples", "200000", "--runs", "2");

    // Both losses of each sample, and what does not grow with the samples.
    assertThat(json.get("bytes_per_sample").getAsDouble()).isBetween(8.0, 300.0);
    for (double megabytes : runs(json, "checkpoint_mb")) {
      assertThat(megabytes).as("at least a loss a sample").isBetween(0.8, 8.0);
    }
    assertThat(runs(json, "restore_mb_per_s")).hasSize(2);
  }

  @Test
  void wireCountsBytesOfLossesAndSelections() throws Exception {
    JsonObject json = bench("wire", "--samples", "1000000", "--runs", "3");

    // A float and a delta of one or two bytes; one bit, or less where few samples are selected.
    assertThat(json.get("bytes_per_loss").getAsDouble()).isBetween(5.0, 7.0);
    assertThat(json.get("bits_per_known_sample").getAsDouble()).isBetween(0.1, 2.0);
  }

  @Test
  void agentOverheadTrainsWithAndWithoutReporting() throws Exception {
    JsonObject json =
        bench("agent-overhead", "--dataset", "glyphs:500", "--model", "linear", "--runs", "2");

    assertThat(runs(json, "samples_per_s_reporting")).hasSize(2);
    assertThat(runs(json, "ratio")[0])
        .isEqualTo(
            runs(json, "samples_per_s_reporting")[0] / runs(json, "samples_per_s_without")[0]);
  }

  @Test
  void saysWhatIsWrongInOneLine() throws Exception {
    TestingProcess none = TestingProcess.start(folder, "bench");
    assertThat(none.await()).isEqualTo(2);
    assertThat(none.err()).contains("no bench given").hasLineCount(1);

    TestingProcess losses = TestingProcess.start(folder, "bench", "ingest", "--losses", "0");
    assertThat(losses.await()).isEqualTo(2);
    assertThat(losses.err())
        .contains("losses is '0' (flag); allowed: an integer from 1 to 4294967296")
        .hasLineCount(1);

    TestingProcess key = TestingProcess.start(folder, "bench", "wire", "--set", "shard=3");
    assertThat(key.await()).isEqualTo(2);
    assertThat(key.err()).contains("unknown key 'shard'").hasLineCount(1);
  }

  /** The test's processes have a heap of 1 GB. */
  @Test
  void saysEarlyThatARunDoesNotFitTheHeap() throws Exception {
    TestingProcess bench =
        TestingProcess.start(folder, "bench", "turnaround", "--samples", "1000000000");

    assertThat(bench.await()).as(bench.err()).isEqualTo(1);
    assertThat(bench.err().lines())
        .satisfiesExactly(
            warning ->
                assertThat(warning).contains("WARN", "That may not fit: its heap has 1.1 GB"),
            failure ->
                assertThat(failure)
                    .startsWith("sluice: This task manager holds pages for ")
                    .contains(
                        "does not fit: its heap has 1.1 GB",
                        "more task managers",
                        "state.backend.type: rocksdb"));
    assertThat(bench.leftovers()).isEmpty();
  }

  private JsonObject bench(String... arguments) throws Exception {
    Path file = folder.resolve("figures.json");
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", file.toString()));
    TestingProcess bench = TestingProcess.start(folder, all.toArray(String[]::new));

    assertThat(bench.await()).as(bench.err()).isZero();
    assertThat(bench.err()).isEmpty();
    assertThat(bench.leftovers()).isEmpty();
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(json.get("bench").getAsString()).isEqualTo(arguments[0]);
    for (String figure : json.getAsJsonObject("runs").keySet()) {
      assertThat(bench.out()).as("the table").contains(figure + "  ");
    }
    return json;
  }

  private static double[] runs(JsonObject json, String figure) {
    return json.getAsJsonObject("runs").getAsJsonArray(figure).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }
}
