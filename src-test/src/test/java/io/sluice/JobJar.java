package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shaded jar that a cluster gets, and a cluster's own class path. */
public final class JobJar {

  /** What the job's jar has to bring along. */
  private static final Pattern OURS =
      Pattern.compile(
          "sluice-|flink-connector-kafka|kafka-clients|kafka_|protobuf-java|RoaringBitmap|picocli");

  private JobJar() {}

  public static Path path() throws IOException {
    Path target = Path.of("..", "flink-job", "target");
    try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.empty()) {
      List<Path> jars =
          files.filter(file -> file.getFileName().toString().endsWith("-job.jar")).toList();
      assertThat(jars).as("the job's jar, which 'mvn verify' builds and 'mvn test' not").hasSize(1);
      return jars.get(0);
    }
  }

  /** The tests' class path without what the job brings along. */
  public static String flinkAlone() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") && !OURS.matcher(entry).find())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
