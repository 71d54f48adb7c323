package io.sluice.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files of the repository, as they lie there. */
final class Repository {

  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final Path DOCKER = ROOT.resolve("docker");

  private Repository() {}

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Path> dockerfiles() {
    try (Stream<Path> files = Files.list(DOCKER)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".Dockerfile"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Version of the images: the project's, without what marks it as unreleased. */
  static String imageVersion() {
    return first("<artifactId>sluice</artifactId>\\s*<version>(.*?)(-SNAPSHOT)?</version>");
  }

  /** A version that the root pom names, such as {@code flink} for {@code flink.version}. */
  static String version(String of) {
    return first("<" + Pattern.quote(of + ".version") + ">(.*?)</");
  }

  static List<String> modules() {
    return Pattern.compile("<module>(.*?)</module>")
        .matcher(read(ROOT.resolve("pom.xml")))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private static String first(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(read(ROOT.resolve("pom.xml")));
    if (!matcher.find()) {
      throw new AssertionError("the root pom has no " + pattern);
    }
    return matcher.group(1);
  }
}
