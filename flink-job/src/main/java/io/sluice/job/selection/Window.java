package io.sluice.job.selection;

/**
 * Which of the groups, easy to hard, a selection takes.
 *
 * @param start the first group taken, from 0
 * @param size how many groups are taken
 * @param all whether that is all of them, by rule and not because the window is that large
 */
public record Window(int start, int size, boolean all) {

  public Window {
    if (start < 0 || size < 0) {
      throw new IllegalArgumentException(
          "a window of size %d cannot start at %d".formatted(size, start));
    }
  }

  /** Returns the window that leaves nothing out. */
  static Window all(int groups) {
    return new Window(0, groups, true);
  }

  /**
   * Returns SeTa's sliding window for selection n, counted from 0: it has round-half-even(groups ×
   * scale) groups, at least one, and starts at n mod (groups - size + 1), so that it climbs from
   * easy to hard and begins again.
   *
   * @param groups how many groups there are, at least one
   */
  static Window sliding(int n, int groups, double scale) {
    int size = sizeOf(groups, scale);
    return new Window(n % (groups - size + 1), size, false);
  }

  static int sizeOf(int groups, double scale) {
    return (int) Math.min(groups, Math.max(1, Math.rint(groups * scale)));
  }
}
