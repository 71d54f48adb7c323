package io.sluice.local;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command prints to.
 *
 * @param out what takes the text
 * @param interactive whether a person watches, so that a line may be drawn over
 * @param colour whether bold and dim text show
 * @param width characters to a line
 */
public record Console(PrintStream out, boolean interactive, boolean colour, int width) {

  /** Set by the launcher script to the terminal's width, when standard output is one. */
  private static final String COLUMNS = "SLUICE_LAUNCHER_COLUMNS";

  private static final int DEFAULT_WIDTH = 80;

  /** The console that the environment describes; honours {@code NO_COLOR} and {@code TERM=dumb}. */
  static Console of(PrintStream out, Map<String, String> environment) {
    String columns = environment.getOrDefault(COLUMNS, "");
    boolean interactive =
        columns.matches("[1-9]\\d{0,4}") && !"dumb".equals(environment.get("TERM"));
    boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Console(
        out, interactive, colour, interactive ? Integer.parseInt(columns) : DEFAULT_WIDTH);
  }

  /** Prints a whole line. */
  public void line(String text) {
    out.println(text);
  }

  public PrintWriter writer() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }

  public String bold(String text) {
    return style("1", text);
  }

  public String dim(String text) {
    return style("2", text);
  }

  private String style(String code, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
