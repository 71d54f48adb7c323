package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What Prometheus' own tool says of the alerts. */
class PromtoolTest {

  private static final Path TESTS =
      Path.of("src", "test", "resources", "monitoring", "alerts-test.yml");

  @Test
  void alertsAreWellFormed() throws Exception {
    promtool("check", Alerts.RULES);
  }

  @Test
  void alertsFireWhenTheyShouldAndNotOtherwise() throws Exception {
    promtool("test", TESTS);
  }

  @Test
  void thereIsATestOfEachAlert() throws IOException {
    String tests = Files.readString(TESTS);
    assertThat(Alerts.all()).allMatch(alert -> tests.contains(alert.name()));
  }

  private static void promtool(String verb, Path file) throws Exception {
    PrometheusProcess.assumeInstalled();
    Process process =
        new ProcessBuilder("promtool", verb, "rules", file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
