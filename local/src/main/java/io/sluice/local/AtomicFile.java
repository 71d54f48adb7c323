package io.sluice.local;

import io.sluice.protocol.UserError;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that others see whole or not at all. */
public final class AtomicFile {

  /** Writes the whole text. */
  public interface Content {
    void writeTo(Writer out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a text file, replacing what is there; a device such as {@code /dev/stdout} is written
   * to.
   *
   * @throws UserError when that fails
   */
  public static void write(Path file, Content content) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        fill(file, content);
        return;
      }
      Path draft =
          file.resolveSibling(
              "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
      try {
        fill(draft, content);
        move(draft, file);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot write " + file + " (" + e + "); its folder has to exist and be writable", e);
    }
  }

  private static void fill(Path file, Content content) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      content.writeTo(out);
    }
  }

  private static void move(Path draft, Path file) throws IOException {
    try {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
