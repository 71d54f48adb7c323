package io.sluice.protocol.config;

import io.sluice.protocol.Wire;

/**
 * How many epochs a run has: a number of them, or no end, when it goes on until it is stopped.
 *
 * @param count at least 1
 */
public record Epochs(int count) {

  /** Every epoch that there can be, up to {@link Wire#MAX_EPOCH}. */
  public static final Epochs UNBOUNDED = new Epochs(Wire.MAX_EPOCH + 1);

  private static final String UNBOUNDED_TEXT = "unbounded";

  /**
   * @param text as {@link #toString} gives it
   * @throws IllegalArgumentException when it is neither a number from 1 to {@link Wire#MAX_EPOCH}
   *     nor the word for no end
   */
  static Epochs parse(String text) {
    if (text.equals(UNBOUNDED_TEXT)) {
      return UNBOUNDED;
    }
    int count = Integer.parseInt(text);
    if (count < 1 || count > Wire.MAX_EPOCH) {
      throw new IllegalArgumentException();
    }
    return new Epochs(count);
  }

  public boolean bounded() {
    return !equals(UNBOUNDED);
  }

  /** Whether the run trains this epoch, counted from 0. */
  public boolean include(int epoch) {
    return epoch < count;
  }

  /** The number, or {@code unbounded}. */
  @Override
  public String toString() {
    return bounded() ? Integer.toString(count) : UNBOUNDED_TEXT;
  }
}
