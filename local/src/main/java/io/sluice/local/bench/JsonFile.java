package io.sluice.local.bench;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flag that asks for the figures as JSON. */
final class JsonFile {

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the figures of all runs, as JSON.")
  private Path file;

  Optional<Path> path() {
    return Optional.ofNullable(file);
  }
}
