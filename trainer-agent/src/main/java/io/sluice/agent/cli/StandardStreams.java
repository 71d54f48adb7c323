package io.sluice.agent.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output and error in UTF-8. Bars and windows are drawn with characters that a plain C
 * locale would turn into '?'.
 */
public record StandardStreams(PrintStream out, PrintStream err) {

  /** Has everybody in this process use them. */
  public static StandardStreams install() {
    StandardStreams streams =
        new StandardStreams(utf8(FileDescriptor.out), utf8(FileDescriptor.err));
    System.setOut(streams.out);
    System.setErr(streams.err);
    return streams;
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
