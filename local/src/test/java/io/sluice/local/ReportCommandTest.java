package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sluice.local.report.TestingPages;
import io.sluice.local.report.TestingPlans;
import io.sluice.protocol.wire.SelectionChunk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice report} on the topics of a run. */
@Timeout(120)
class ReportCommandTest extends TestingControl {

  @TempDir private Path folder;

  @Test
  void showsWhatTheJobHasPublished() throws Exception {
    plan(TestingPlans.first());
    plan(TestingPlans.plan(1));
    plan(TestingPlans.plan(2));
    for (int shard = 0; shard < 8; shard++) {
      chunk(TestingPlans.chunk(0, shard, 8, 0, 1));
      chunk(TestingPlans.chunk(1, shard, 8, 1));
    }
    chunk(TestingPlans.chunk(1, 3, 8, 1));
    chunk(TestingPlans.chunk(2, 0, 8, 1));
    Path file = folder.resolve("r.html");

    assertThat(run("report", "--dataset", "glyphs:100", "--out", file.toString()))
        .as(err.text())
        .isZero();

    assertThat(out.lines()).containsExactly("Report written to " + file.toUri());
    JsonObject run = TestingPages.run(Files.readString(file));
    assertThat(run.get("name").getAsString()).isEqualTo("showsWhatTheJobHasPublished");
    List<JsonElement> epochs = run.getAsJsonObject("training").getAsJsonArray("epochs").asList();
    assertThat(epochs)
        .extracting(epoch -> epoch.getAsJsonObject().get("selected"))
        .as("the last is not complete")
        .extracting(selected -> selected == null ? -1 : selected.getAsInt())
        .containsExactly(16, 8, -1);
    assertThat(run.get("hardest").toString()).contains("\"id\":\"7\"", "\"id\":\"93\"");
    assertThat(run.get("most_selected").toString())
        .startsWith("[{\"id\":\"8\",\"times\":3},{\"id\":\"9\",\"times\":2}");
    assertThat(run.get("times_of_hardest"))
        .hasToString("[{\"id\":\"7\",\"times\":1},{\"id\":\"93\",\"times\":0}]");
    assertThat(run.getAsJsonObject("samples").keySet()).contains("7", "93", "8");
    assertThat(run.getAsJsonArray("notes")).isEmpty();
  }

  @Test
  void saysThatThereIsNothingToShow() throws Exception {
    Path file = folder.resolve("r.html");
    assertThat(run("report", "--out", file.toString())).isEqualTo(1);
    config = config.with(Map.of("run", "misspelt"), "test");
    assertThat(run("report", "--out", file.toString())).isEqualTo(1);

    assertThat(err.lines()).hasSize(2);
    assertThat(err.lines().get(0))
        .isEqualTo(
            "sluice: run 'saysThatThereIsNothingToShow' has no plans yet: no selection was made; see"
                + " that its job runs");
    assertThat(err.lines().get(1)).startsWith("sluice: there is no run 'misspelt' at 127.0.0.1:");
    assertThat(file).doesNotExist();
  }

  @Test
  void saysWhichRecordItCannotRead() throws Exception {
    plan(TestingPlans.plan(1));
    chunk(TestingPlans.chunk(0, 0, 4, 1));

    assertThat(run("report", "--out", folder.resolve("r.html").toString())).isEqualTo(1);
    assertThat(err.text())
        .contains("saysWhichRecordItCannotRead.selected-samples, partition 0, offset 0")
        .contains("counts with 4 shards, this command with 8; set shards to 4");
  }

  @Test
  void aRunAndSummariesDoNotGoTogether() {
    assertThat(run("report", "--summary", "s.json", "--out", "r.html")).isEqualTo(2);
    assertThat(err.text()).contains("run and summary are both given; allowed: one of them");
  }

  @Test
  void showsSummariesSideBySide() throws Exception {
    Path a = folder.resolve("a.json");
    Path b = folder.resolve("b.json");
    for (Path summary : List.of(a, b)) {
      Files.writeString(
          summary,
          "{\"settings\": {\"dataset\": \"glyphs:10\"}, \"epochs\": [{\"epoch\": 0, \"known\":"
              + " 10, \"selected\": 10, \"test_accuracy\": 0.5}]}");
    }
    Path file = folder.resolve("r.html");

    int code =
        Sluice.commandLine(out.plain(), err.out(), LogFile.open(), Map.of())
            .execute(
                "report",
                "--summary",
                a.toString(),
                "--summary",
                b.toString(),
                "--out",
                file.toString());

    assertThat(code).as(err.text()).isZero();
    assertThat(TestingPages.data(Files.readString(file)).getAsJsonArray("runs").asList())
        .extracting(run -> run.getAsJsonObject().get("name").getAsString())
        .containsExactly("a", "b");
  }

  private void chunk(SelectionChunk chunk) throws Exception {
    write(config.topics().selectedSamples(), chunk.getShard() % 2, chunk.toByteArray());
  }
}
