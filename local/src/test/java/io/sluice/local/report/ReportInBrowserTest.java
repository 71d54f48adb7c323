package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sluice.protocol.wire.Band;
import io.sluice.protocol.wire.SelectionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the report's scripts make of its data. */
@Timeout(120)
class ReportInBrowserTest {

  private static final String EVIL =
      "\"></script><img src=x onerror=\"document.documentElement.dataset.broken=1\">'";

  @TempDir private Path folder;

  @BeforeAll
  static void needsABrowser() {
    Browser.assumeInstalled();
  }

  @Test
  void drawsADemoAndItsBaseline() throws Exception {
    JsonObject summary = summary(true);
    JsonObject baseline = summary(true);
    baseline.remove("settings");
    summary.add("baseline", baseline);

    Browser page = open(summary, "");

    assertThat(page.attribute("losses", "data-epoch")).as("the first measured").isEqualTo("1");
    assertThat(page.attribute("losses", "data-series")).isEqualTo("2");
    assertThat(page.attribute("losses", "data-points")).isEqualTo("4");
    assertThat(page.attribute("losses", "data-kept")).isEqualTo("32");
    assertThat(page.text("losses-text"))
        .isEqualTo(
            "Epoch 1: 100 samples known, 32 selected (32.0 %), 32 expected by the plan. The window is"
                + " clusters 2 to 3 of 3.");
    assertThat(page.text("clusters")).contains("2 1.05 1 1.09 30 inside");
    assertThat(page.text("bands")).endsWith("1 8 all 1 0.8 1");
    assertThat(page.text("saved-text"))
        .isEqualTo(
            "164 samples trained in 3 epochs, of the 300 that full training takes: 45.3 % saved.");
    assertThat(page.attribute("volume", "data-points")).isEqualTo("6");
    assertThat(page.text("volume-table")).endsWith("sum 300 164 164 54.7 % 136");
    for (String chart : List.of("accuracy-samples", "accuracy-epochs")) {
      assertThat(page.attribute(chart, "data-series")).isEqualTo("2");
      assertThat(page.attribute(chart, "data-points")).isEqualTo("6");
    }
    assertThat(page.text("accuracy-table")).contains("2 70.0 % 70.0 %");
    assertThat(page.attribute("time", "data-points")).isEqualTo("6");
    assertThat(page.text("time-table")).endsWith("2 12 5 40 –");
    assertThat(page.text("hardest"))
        .startsWith("id 7 label ")
        .contains("difficulty 8 selected 2 times")
        .contains("id 93", "difficulty 7.5 selected once");
    assertThat(page.markup("hardest").split("<img ", -1)).hasSize(3);
    assertThat(page.text("most")).startsWith("id 5 label ").contains("selected 3 times");
    assertThat(page.text("most-text")).isEqualTo("Of 3 selections. 1 sample was in 3 of them.");
    assertThat(page.attribute("choice", "hidden")).as("there is a choice").isEmpty();
    assertThat(page.text("run")).isEqualTo("r (seta) r baseline (seta)");
  }

  /** What is drawn after each step is gathered in data-steps. */
  @Test
  void arrowKeysAndSliderGoFromEpochToEpoch() throws Exception {
    Browser page =
        open(
            summary(true),
            """
            const losses = document.getElementById("losses");
            const slider = document.getElementById("epoch");
            const steps = [];
            const key = (name, target) => {
              target.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
              steps.push(losses.dataset.epoch);
            };
            key("ArrowRight", document.body);
            key("ArrowRight", document.body);
            ["ArrowLeft", "ArrowLeft", "ArrowLeft"].forEach((name) => key(name, document.body));
            steps.push(losses.querySelector(".note").textContent);
            // What has the focus has its own use for the keys.
            key("ArrowRight", document.getElementById("run"));
            slider.value = 2;
            slider.dispatchEvent(new Event("input"));
            steps.push(losses.dataset.epoch, document.getElementById("epoch-shown").textContent);
            losses.dataset.steps = steps.join("|");
            """);

    assertThat(page.attribute("losses", "data-steps"))
        .isEqualTo(
            "2|2|1|0|0|No sample had a loss yet when this epoch was selected, so all were.|0|2|2 of"
                + " 2");
    assertThat(page.attribute("losses", "data-points")).isEqualTo("4");
  }

  @Test
  void anotherRunMayBeChosen() throws Exception {
    JsonObject summary = summary(true);
    JsonObject baseline = summary(false);
    baseline.remove("settings");
    summary.add("baseline", baseline);

    Browser page =
        open(
            summary,
            "const c = document.getElementById('run'); c.value = 1; c.dispatchEvent(new"
                + " Event('change'));");

    assertThat(page.attribute("losses", "data-points")).as("its clusters").isEqualTo("3");
  }

  /** Plans know neither accuracy nor times; older ones not even how losses are distributed. */
  @Test
  void saysWhatASourceDoesNotTell() throws Exception {
    JsonObject training = new JsonObject();
    JsonArray epochs = new JsonArray();
    epochs.add(Figures.json(PlanFigures.of(TestingPlans.first().clearExpected().build())));
    epochs.add(Figures.json(PlanFigures.of(TestingPlans.older(1).build())));
    training.add("epochs", epochs);
    JsonObject settings = new JsonObject();
    training.add("settings", settings);

    Browser page = open(training, "");

    assertThat(page.attribute("losses", "data-points")).as("its clusters").isEqualTo("3");
    assertThat(page.text("losses-text")).endsWith("the blocks are its clusters.");
    assertThat(page.text("accuracy-text"))
        .startsWith("There is no accuracy of r (seta): plans and selections do not tell it");
    assertThat(page.attribute("accuracy-samples", "data-points")).isEqualTo("0");
    assertThat(page.text("time")).contains("Turnaround and GPU idle are not known here");
    assertThat(page.text("saved-text"))
        .startsWith("How many samples were selected is not told for every epoch.");
    assertThat(page.text("volume")).contains("The selections are not told.");
    assertThat(page.text("hardest-text"))
        .isEqualTo("This run does not tell which samples are hardest.");
    assertThat(page.text("most-text")).isEqualTo("How often samples were selected is not told.");
  }

  /** 20 at 0.01, 40 at 0.065, 30 at 1 and 10 at 8; the first band that holds a sample decides. */
  @Test
  void drawsWhatTheBandsKeep() throws Exception {
    JsonObject training = new JsonObject();
    JsonArray epochs = new JsonArray();
    for (SelectionPlan plan :
        List.of(
            plan(
                0,
                TestingPlans.band(-65504, 0.5f, 0.5).toBuilder().setWeight(2).build(),
                TestingPlans.band(0, 65504, 1)),
            plan(
                1,
                TestingPlans.band(1, 8, 1).toBuilder().setSplitTo(0.25).build(),
                TestingPlans.band(1, 8, 0.5).toBuilder()
                    .setSplitFrom(0.25)
                    .setSplitTo(0.75)
                    .build()),
            plan(
                2,
                TestingPlans.band(8, 8, 1).toBuilder()
                    .setFreshness(Band.Freshness.FRESH)
                    .build()))) {
      epochs.add(Figures.json(PlanFigures.of(plan)));
    }
    training.add("epochs", epochs);
    training.add("settings", new JsonObject());

    Browser page =
        open(
            training,
            """
            const kept = [0, 1, 2].map((place) => {
              const slider = document.getElementById("epoch");
              slider.value = place;
              slider.dispatchEvent(new Event("input"));
              return document.getElementById("losses").dataset.kept;
            });
            document.getElementById("losses").dataset.all = kept.join(" ");
            """);

    // Where both bands hold the easy ones, half of them; a quarter and half of the next half; and
    // the mean of what is kept of fresh and of stale samples.
    assertThat(page.attribute("losses", "data-all")).isEqualTo("70 20 5");
  }

  /** Neither in the data nor where the page shows it. */
  @Test
  void noNameBreaksOut() throws Exception {
    JsonObject summary = summary(true);
    summary.getAsJsonObject("settings").addProperty("dataset", "glyphs:" + EVIL);
    summary.getAsJsonArray("epochs").forEach(e -> e.getAsJsonObject().addProperty("policy", EVIL));
    Report report = new Report(Optional.empty());
    report.addSummary(EVIL, summary);

    Browser page = open(report, "");

    assertThat(page.markup("title")).doesNotContain("<img").contains("onerror");
    assertThat(page.text("runs")).contains("onerror");
    assertThat(page.markup("runs")).doesNotContain("<img");
    assertThat(page.markup("notes")).doesNotContain("<img").contains("could not be opened here");
    assertThat(page.text("hardest")).as("ids alone").startsWith("id 7 difficulty 8");
    assertThat(page.attribute("", "data-broken")).isEmpty();
  }

  private static SelectionPlan plan(int epoch, Band... bands) {
    return TestingPlans.plan(epoch).clearBands().addAllBands(List.of(bands)).build();
  }

  private Browser open(JsonObject summary, String script) throws Exception {
    Report report = new Report(Optional.empty());
    report.addSummary("r", summary);
    return open(report, script);
  }

  /**
   * Opens the page, on which all charts have been drawn without an error.
   *
   * @param script what a person does there
   */
  private Browser open(Report report, String script) throws IOException, InterruptedException {
    Path own = Files.createTempDirectory(folder, "page");
    Path file = own.resolve("report.html");
    String html = report.page().html();
    Files.writeString(file, html.replace("</body>", "<script>" + script + "</script></body>"));
    Browser page = Browser.open(file, own);
    assertThat(page.attribute("", "data-error")).isEmpty();
    assertThat(page.attribute("", "data-drawn")).isNotEmpty();
    return page;
  }

  /** Three epochs: all of 100 samples, then twice 32 of them. */
  private static JsonObject summary(boolean detailed) {
    JsonObject summary = new JsonObject();
    JsonObject settings = new JsonObject();
    settings.addProperty("dataset", "glyphs:100");
    summary.add("settings", settings);
    JsonArray epochs = new JsonArray();
    epochs.add(epoch(TestingPlans.first().build(), 100));
    for (int number = 1; number < 3; number++) {
      epochs.add(
          epoch((detailed ? TestingPlans.plan(number) : TestingPlans.older(number)).build(), 32));
    }
    summary.add("epochs", epochs);
    summary.add(
        "selections",
        Figures.json(
            new SelectionCounts(
                3,
                List.of(new SelectionCounts.Times(5, 3)),
                List.of(new SelectionCounts.Times(7, 2), new SelectionCounts.Times(93, 1)),
                List.of(new SelectionCounts.Tally(1, 99), new SelectionCounts.Tally(3, 1)))));
    return summary;
  }

  private static JsonObject epoch(SelectionPlan plan, int selected) {
    JsonObject epoch = Figures.json(PlanFigures.of(plan));
    epoch.addProperty("selected", selected);
    epoch.addProperty("trained", selected);
    epoch.addProperty("turnaround_ms", 10 + plan.getEpoch());
    epoch.addProperty("gpu_idle_ms", 5);
    epoch.addProperty("train_ms", 40);
    epoch.addProperty("test_accuracy", 0.5 + plan.getEpoch() / 10.0);
    return epoch;
  }
}
