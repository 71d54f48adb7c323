package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void aBaselineIsARunOfItsOwn() {
    JsonObject summary = summary(training(epoch(0), epoch(1)));
    summary.add("baseline", training(epoch(0)));
    String before = summary.toString();

    List<JsonObject> runs = runs(report("a", summary));

    assertThat(runs)
        .extracting(run -> run.get("name").getAsString())
        .containsExactly("a", "a baseline");
    assertThat(epochs(runs.get(0))).hasSize(2);
    assertThat(epochs(runs.get(1))).hasSize(1);
    assertThat(runs.get(0).getAsJsonObject("training").keySet()).containsExactly("epochs");
    assertThat(summary).as("the summary itself").hasToString(before);
  }

  @Test
  void noTwoRunsHaveOneName() {
    Report report = report("a", summary(training(epoch(0))));
    report.addSummary("a", summary(training(epoch(0))));
    report.addSummary("a", summary(training(epoch(0))));

    assertThat(runs(report))
        .extracting(run -> run.get("name").getAsString())
        .containsExactly("a", "a (2)", "a (3)");
  }

  /**
   * As of the newest plan that has some; ids are texts, since JavaScript would round large ones.
   */
  @Test
  void namesHardestAndMostSelectedWithTheirPictures() {
    JsonObject hard = epoch(1);
    hard.add("hardest", json("[{'id': 9007199254740993, 'difficulty': 8.5}]"));
    JsonObject training = training(epoch(0), hard, epoch(2));
    training.add(
        "selections",
        json(
            """
            {'selections': 3, 'most_selected': [{'id': 5, 'times': 3}],
             'hardest': [{'id': 9007199254740993, 'times': 2}],
             'samples_by_times': [{'times': 2, 'samples': 1}, {'times': 3, 'samples': 1}]}
            """));

    JsonObject run = runs(report("a", summary(training))).get(0);

    assertThat(run.get("hardest_epoch").getAsInt()).isEqualTo(1);
    assertThat(run.get("hardest"))
        .hasToString("[{\"id\":\"9007199254740993\",\"difficulty\":8.5}]");
    assertThat(run.get("most_selected")).hasToString("[{\"id\":\"5\",\"times\":3}]");
    assertThat(run.get("times_of_hardest").toString()).contains("\"9007199254740993\"");
    assertThat(run.getAsJsonObject("samples").keySet()).containsExactly("9007199254740993", "5");
    assertThat(run.getAsJsonArray("notes")).isEmpty();
  }

  @Test
  void saysWhereSamplesCannotBeShown() {
    JsonObject hard = epoch(0);
    hard.add("hardest", json("[{'id': 3, 'difficulty': 1}]"));
    Report report = new Report(Optional.of("idx:/nowhere"));
    report.addSummary("a", summary(training(hard)));

    JsonObject run = runs(report).get(0);

    assertThat(run.getAsJsonArray("hardest")).hasSize(1);
    assertThat(run.getAsJsonArray("notes").get(0).getAsString()).contains("/nowhere");
  }

  @Test
  void ofVeryManyEpochsOnlySomeAreShownInDetail() {
    JsonObject training = new JsonObject();
    JsonArray epochs = new JsonArray();
    for (int number = 0; number < 1_001; number++) {
      epochs.add(epoch(number));
    }
    training.add("epochs", epochs);

    JsonObject run = runs(report("a", summary(training))).get(0);

    assertThat(epochs(run)).hasSize(1_001);
    List<Integer> detailed =
        epochs(run).asList().stream()
            .map(JsonElement::getAsJsonObject)
            .filter(epoch -> epoch.has("distribution") && epoch.has("centers"))
            .map(epoch -> epoch.get("epoch").getAsInt())
            .toList();
    assertThat(detailed).hasSizeLessThanOrEqualTo(Report.DETAILED_EPOCHS).hasSize(167);
    assertThat(detailed.get(166)).as("the last").isEqualTo(1_000);
    assertThat(run.getAsJsonArray("notes").get(0).getAsString())
        .isEqualTo("Of 1001 epochs, every 6th is shown with its losses, clusters and bands.");
  }

  /** Of an older version: without whatever was added since. */
  @Test
  void takesAnOlderSummary() {
    JsonObject epoch =
        json("{'epoch': 0, 'known': 100, 'unseen': 100, 'selected': 100}").getAsJsonObject();

    JsonObject run = runs(report("a", summary(training(epoch)))).get(0);

    assertThat(run.getAsJsonArray("hardest")).isEmpty();
    assertThat(run.getAsJsonArray("most_selected")).isEmpty();
    assertThat(run.has("samples")).isFalse();
  }

  private static Report report(String name, JsonObject summary) {
    Report report = new Report(Optional.empty());
    report.addSummary(name, summary);
    return report;
  }

  private static List<JsonObject> runs(Report report) {
    return TestingPages.data(report.page().html()).getAsJsonArray("runs").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private static JsonArray epochs(JsonObject run) {
    return run.getAsJsonObject("training").getAsJsonArray("epochs");
  }

  private static JsonObject summary(JsonObject training) {
    JsonObject summary = new JsonObject();
    summary.add("settings", json("{'dataset': 'glyphs:100', 'seed': 3}"));
    training.entrySet().forEach(member -> summary.add(member.getKey(), member.getValue()));
    return summary;
  }

  private static JsonObject training(JsonObject... epochs) {
    JsonObject training = new JsonObject();
    JsonArray all = new JsonArray();
    List.of(epochs).forEach(all::add);
    training.add("epochs", all);
    return training;
  }

  private static JsonObject epoch(int number) {
    JsonObject epoch = Figures.json(PlanFigures.of(TestingPlans.plan(number).build()));
    epoch.add("hardest", new JsonArray());
    return epoch;
  }

  private static JsonElement json(String text) {
    return JsonParser.parseString(text);
  }
}
