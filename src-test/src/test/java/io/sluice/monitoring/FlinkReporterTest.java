package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Flink's reporter as our files have it set up. */
class FlinkReporterTest {

  private static final Pattern KEPT =
      Pattern.compile("metrics\\.reporter\\.prom\\.filterLabelValueCharacters: +\"?false\"?");

  /** Or a run could not be found by the name of its job. */
  @Test
  void keepsLabelsAsTheyAre() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : List.of("docs", "docker", "k8s")) {
      try (Stream<Path> paths = Files.walk(Path.of("..", folder))) {
        paths
            .filter(Files::isRegularFile)
            .filter(file -> text(file).contains("metrics.reporter.prom.port"))
            .forEach(files::add);
      }
    }
    assertThat(files).isNotEmpty().allMatch(file -> KEPT.matcher(text(file)).find());
  }

  private static String text(Path file) {
    try {
      // Whatever it is; pictures are there too.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
