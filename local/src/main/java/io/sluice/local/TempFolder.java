package io.sluice.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A new folder under the system's temporary one, gone with all it holds when closed. */
final class TempFolder implements AutoCloseable {

  /** How long a server's last threads may go on writing when it says that it has stopped. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Path path;

  private TempFolder(Path path) {
    this.path = path;
  }

  static TempFolder create(String prefix) {
    try {
      return new TempFolder(Files.createTempDirectory(prefix));
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder could be made: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  /** Makes a folder inside. */
  Path folder(String name) {
    try {
      return Files.createDirectories(path.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // An interrupted thread would not pause.
    boolean interrupted = Thread.interrupted();
    try {
      deleteWithin(PATIENCE);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void deleteWithin(Duration patience) {
    long start = System.nanoTime();
    while (Files.exists(path)) {
      try {
        delete();
      } catch (IOException e) {
        if (System.nanoTime() - start > patience.toNanos()) {
          throw new UncheckedIOException("the folder " + path + " could not be removed", e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void delete() throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
