package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.monitoring.Alerts.Alert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertsTest {

  private static final String RUNBOOK = "docs/monitoring.md";

  @Test
  void bothFilesHoldTheSame() {
    assertThat(((Map<?, ?>) Alerts.yaml(Alerts.RESOURCE).get("spec")).get("groups"))
        .isEqualTo(Alerts.yaml(Alerts.RULES).get("groups"));
  }

  @Test
  void eachSaysHowBadItIsWhatHappenedAndWhereToReadOn() throws IOException {
    List<String> anchors = anchors(Path.of("..").resolve(RUNBOOK));
    assertThat(Alerts.all())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            alert -> {
              assertThat(alert.name()).startsWith("Sluice");
              assertThat(alert.labels().get("severity")).isIn("warning", "critical");
              assertThat(text(alert, "summary")).hasSizeBetween(20, 100).doesNotEndWith(".");
              assertThat(text(alert, "description")).hasSizeGreaterThan(40).endsWith(".");
              String[] runbook = text(alert, "runbook_url").split("#", 2);
              assertThat(runbook[0]).isEqualTo(RUNBOOK);
              assertThat(anchors).contains(runbook[1]);
            });
  }

  @Test
  void namesAreUnique() {
    assertThat(Alerts.all()).extracting(Alert::name).doesNotHaveDuplicates();
  }

  private static String text(Alert alert, String annotation) {
    return (String) alert.annotations().get(annotation);
  }

  /** Of the headings, as a browser of the repository makes them. */
  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
