package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.TestingTerminal;
import io.sluice.local.report.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the page of an experiment shows of its results. */
@Timeout(120)
class ExperimentInBrowserTest {

  @TempDir private Path folder;

  @BeforeAll
  static void needsABrowser() {
    Browser.assumeInstalled();
  }

  /**
   * @param script what a person does there
   */
  private Browser open(String script) throws Exception {
    Experiment experiment = TestingExperiments.read(folder, TestingExperiments.SMALL);
    Grid grid = new Grid(new TestingTerminal().plain(), experiment, folder, "1");
    try (ResultsFile results = ResultsFile.open(grid.resultsPath())) {
      grid.train(Grid.work(experiment, results, arm -> true), results, new TestingTrainer());
    }
    Path page = folder.resolve("small.html");
    String html = Files.readString(page);
    Files.writeString(page, html.replace("</body>", "<script>" + script + "</script></body>"));
    Browser browser = Browser.open(page, folder);
    assertThat(browser.attribute("", "data-error")).isEmpty();
    assertThat(browser.attribute("", "data-drawn")).isEqualTo("5");
    return browser;
  }

  @Test
  void showsCostCurvesAndDifferences() throws Exception {
    Browser page = open("");

    assertThat(page.text("grid")).contains("10 epochs, seeds 1, 2. 10 of 10 runs are done.");
    assertThat(page.attribute("cost", "data-series")).as("full, shorter, seta").isEqualTo("3");
    assertThat(page.attribute("cost", "data-points")).isEqualTo("5");
    assertThat(page.attribute("curve-samples", "data-series")).isEqualTo("3");
    assertThat(page.attribute("curve-seconds", "data-series")).isEqualTo("3");
    assertThat(page.text("difference")).startsWith("arm 30.0 % 50.0 % shorter ");
    assertThat(page.text("all")).contains("seta 30.0 % 2 ", "full – 2 ");
  }

  @Test
  void armsAndSavingAreTheReadersChoice() throws Exception {
    Browser page =
        open(
            """
            const box = document.getElementById("arm-0");
            box.checked = false;
            box.dispatchEvent(new Event("change"));
            const saving = document.getElementById("saving");
            saving.value = "0.5";
            saving.dispatchEvent(new Event("change"));
            """);

    assertThat(page.attribute("cost", "data-points")).as("full and seta").isEqualTo("3");
    assertThat(page.attribute("curve-samples", "data-series")).isEqualTo("2");
  }
}
