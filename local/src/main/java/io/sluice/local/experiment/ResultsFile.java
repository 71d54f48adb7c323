package io.sluice.local.experiment;

import com.google.gson.JsonParseException;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The outcomes of runs, one JSON object a line, each on disk before the next run begins. A line
 * that a crash has torn can only be the last; it is left out.
 */
final class ResultsFile implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;
  private final Map<String, ResultLine> byKey;

  private ResultsFile(Path path, FileChannel channel, Map<String, ResultLine> byKey) {
    this.path = path;
    this.channel = channel;
    this.byKey = byKey;
  }

  /**
   * Reads a file, which may not be there yet, and leaves it as it is.
   *
   * @throws UserError when it cannot be read, or holds something else
   */
  static ResultsFile read(Path path) {
    try {
      Content content =
          Content.of(path, Files.exists(path) ? Files.readAllBytes(path) : new byte[0]);
      return new ResultsFile(path, null, content.byKey);
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  /**
   * Opens a file for more, makes it if need be, and drops a torn line at its end.
   *
   * @throws UserError when it cannot be read or written, holds something else, or another process
   *     has opened it so
   */
  static ResultsFile open(Path path) {
    createFolder(path.toAbsolutePath().getParent());
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lock(path, channel);
      // Through this channel: closing another one of the file would give up the lock.
      Content content = Content.of(path, Channels.newInputStream(channel).readAllBytes());
      channel.truncate(content.whole);
      channel.position(content.whole);
      ResultsFile file = new ResultsFile(path, channel, content.byKey);
      if (!content.endsWithLineBreak) {
        file.write("\n");
      }
      return file;
    } catch (IOException e) {
      close(channel);
      throw failed("write", path, e);
    } catch (RuntimeException e) {
      close(channel);
      throw e;
    }
  }

  /**
   * Makes the folder of results and reports, if need be.
   *
   * @throws UserError when that fails
   */
  static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError(
          "cannot make the folder " + folder + " (" + e + "); choose another with --out", e);
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked) {
      throw new UserError(
          "another sluice experiment writes to "
              + path
              + "; wait for it, or give this one a --out of its own");
    }
  }

  /** The outcome of a run, if it is there; the last, should there be several. */
  Optional<ResultLine> find(PlannedRun run) {
    return Optional.ofNullable(byKey.get(run.key()))
        .filter(line -> RunKey.sameSettings(line.settings(), run.config()));
  }

  /**
   * Adds an outcome; it is on disk when this returns.
   *
   * @throws UserError when that fails
   */
  void add(ResultLine line) {
    try {
      write(line.toJson() + "\n");
    } catch (IOException e) {
      throw failed("write", path, e);
    }
    byKey.put(line.key(), line);
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }

  @Override
  public void close() {
    close(channel);
  }

  private static void close(FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // What was written is on disk already.
    }
  }

  private static UserError failed(String what, Path path, IOException e) {
    return new UserError("cannot " + what + " the results file " + path + " (" + e + ")", e);
  }

  /**
   * @param whole bytes up to the end of the last whole line
   */
  private record Content(Map<String, ResultLine> byKey, int whole, boolean endsWithLineBreak) {

    static Content of(Path path, byte[] bytes) {
      Map<String, ResultLine> byKey = new LinkedHashMap<>();
      List<String> lines = List.of(new String(bytes, StandardCharsets.UTF_8).split("\n", -1));
      // After a last line break comes an empty text.
      int last = lines.get(lines.size() - 1).isEmpty() ? lines.size() - 2 : lines.size() - 1;
      for (int i = 0; i <= last; i++) {
        try {
          ResultLine line = ResultLine.parse(lines.get(i));
          byKey.put(line.key(), line);
        } catch (JsonParseException e) {
          if (i == last) {
            return new Content(byKey, sizeOf(lines.subList(0, i)), true);
          }
          throw new UserError(
              String.format(
                  "line %d of the results file %s is not a result; delete the line, or give another"
                      + " --out",
                  i + 1, path),
              e);
        }
      }
      return new Content(byKey, bytes.length, last == lines.size() - 2);
    }

    /** Bytes of the lines with their breaks. */
    private static int sizeOf(List<String> lines) {
      return lines.stream()
          .mapToInt(line -> line.getBytes(StandardCharsets.UTF_8).length + 1)
          .sum();
    }
  }
}
