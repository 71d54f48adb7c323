package io.sluice.local;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A console whose text a test reads. */
public final class TestingTerminal {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  public PrintStream out() {
    return out;
  }

  /** As seen when output goes to a file. */
  public Console plain() {
    return new Console(out, false, false, 80);
  }

  /** As seen by a person. */
  public Console watched(int width, boolean colour) {
    return new Console(out, true, colour, width);
  }

  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  public List<String> lines() {
    return text().lines().toList();
  }
}
