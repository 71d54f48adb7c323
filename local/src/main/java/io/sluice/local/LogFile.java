package io.sluice.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file that the process logs to: the one named by the system property {@code sluice.log}, which
 * stays, or one of its own, which is worth keeping only when something went wrong.
 */
final class LogFile implements AutoCloseable {

  /** Read by log4j2.xml when the first logger is made. */
  private static final String PROPERTY = "sluice.log";

  private final Path path;
  private final TempFolder ownFolder;
  private boolean wanted;

  private LogFile(Path path, TempFolder ownFolder) {
    this.path = path;
    this.ownFolder = ownFolder;
  }

  /** To be called before the first logger is made. */
  static LogFile open() {
    Optional<Path> given = current();
    if (given.isPresent()) {
      return new LogFile(given.get(), null);
    }
    TempFolder folder = TempFolder.create("sluice-");
    Path path = folder.path().resolve("sluice.log");
    System.setProperty(PROPERTY, path.toString());
    return new LogFile(path, folder);
  }

  /** Where the process logs to, if that has been settled. */
  static Optional<Path> current() {
    return Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
  }

  /** Keeps the file, and says where it is if anything has been logged. */
  Optional<Path> keep() {
    wanted = Files.exists(path);
    return wanted ? Optional.of(path) : Optional.empty();
  }

  @Override
  public void close() {
    if (ownFolder != null && !wanted) {
      ownFolder.close();
    }
  }
}
