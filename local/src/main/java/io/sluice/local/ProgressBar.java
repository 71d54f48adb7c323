package io.sluice.local;

import java.util.function.LongSupplier;

/**
 * One line that is drawn over as work goes on. Without a person watching there is no bar, only the
 * lines that end it. For any thread.
 */
public final class ProgressBar {

  private static final long REDRAW_NANOS = 100_000_000;
  private static final int MIN_BAR = 8;
  private static final int MAX_BAR = 40;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Console console;
  private final LongSupplier nanoTime;
  private boolean drawn;
  private long drawnAt;

  public ProgressBar(Console console) {
    this(console, System::nanoTime);
  }

  /**
   * @param nanoTime the clock
   */
  public ProgressBar(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  /**
   * Shows how far the work is, at most ten times a second.
   *
   * @param label what it is, before the bar
   * @param detail further figures, after it; left out where the line is too short
   */
  public synchronized void show(String label, long done, long total, String detail) {
    long now = nanoTime.getAsLong();
    boolean due = !drawn || now - drawnAt >= REDRAW_NANOS || done == total;
    if (console.interactive() && due) {
      console.out().print(CLEAR_LINE + render(label, done, total, detail));
      console.out().flush();
      drawn = true;
      drawnAt = now;
    }
  }

  /** Prints a line for good in the bar's place. */
  public synchronized void line(String text) {
    clear();
    console.line(text);
  }

  /** Takes the bar away. */
  public synchronized void clear() {
    if (drawn) {
      console.out().print(CLEAR_LINE);
      console.out().flush();
      drawn = false;
    }
  }

  private String render(String label, long done, long total, String detail) {
    String counts = Numbers.count(done) + "/" + Numbers.count(total);
    // The last column stays free: some terminals wrap as soon as it is written to.
    int room = console.width() - 1;
    String tail = "  " + counts + (detail.isEmpty() ? "" : "  " + detail);
    if (label.length() + 1 + MIN_BAR + tail.length() > room) {
      tail = "  " + counts;
    }
    int width = Math.min(MAX_BAR, room - label.length() - 1 - tail.length());
    String text = width < 1 ? label + tail : label + " " + bar(done, total, width) + tail;
    return text.substring(0, Math.min(text.length(), Math.max(0, room)));
  }

  private static String bar(long done, long total, int width) {
    double share = total <= 0 ? 1 : Math.min(1, Math.max(0, (double) done / total));
    int full = (int) Math.floor(share * width);
    return "█".repeat(full) + "░".repeat(width - full);
  }
}
