package io.sluice.local;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A console whose text a test reads. */
final class TestingTerminal {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  PrintStream out() {
    return out;
  }

  /** As seen when output goes to a file. */
  Console plain() {
    return new Console(out, false, false, 80);
  }

  /** As seen by a person. */
  Console watched(int width, boolean colour) {
    return new Console(out, true, colour, width);
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  List<String> lines() {
    return text().lines().toList();
  }
}
