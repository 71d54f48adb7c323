package io.sluice.job.difficulty;

import java.util.Arrays;

/**
 * {@value #SIZE} consecutive samples of a shard: the difficulty committed at the last epoch's
 * close, and the loss measured in the open epoch. 8.1 bytes a sample. Mutable; not thread-safe.
 */
final class Page {

  static final int BITS = 12;
  static final int SIZE = 1 << BITS;
  static final int WORDS = SIZE / Long.SIZE;

  /** NaN where a sample has no difficulty yet. */
  private final float[] committed;

  /** NaN where a sample was not measured in the open epoch. */
  private final float[] current;

  /** A bit per sample: whether it exists. */
  private final long[] known;

  Page() {
    committed = new float[SIZE];
    current = new float[SIZE];
    known = new long[WORDS];
    Arrays.fill(committed, Float.NaN);
    Arrays.fill(current, Float.NaN);
  }

  Page(float[] committed, float[] current, long[] known) {
    this.committed = committed;
    this.current = current;
    this.known = known;
  }

  static long numberOf(long localIndex) {
    return localIndex >>> BITS;
  }

  static int slotOf(long localIndex) {
    return (int) localIndex & (SIZE - 1);
  }

  /** A sample exists from now on, with or without a loss. */
  void know(int slot) {
    known[slot >>> 6] |= 1L << slot;
  }

  void knowRange(int fromSlot, int toSlot) {
    for (int slot = fromSlot; slot < toSlot; slot++) {
      know(slot);
    }
  }

  /** The loss of the open epoch; a later one replaces an earlier. Makes the sample known. */
  void measure(int slot, float loss) {
    current[slot] = loss;
    know(slot);
  }

  /**
   * Closes the open epoch: d ← d + β(loss − d) for what was measured, a first loss as it is.
   *
   * @param smoothing β, above 0 to 1
   * @return a bit per sample: whether it was measured in the epoch just closed
   */
  long[] fold(float smoothing) {
    long[] fresh = new long[WORDS];
    for (int slot = 0; slot < SIZE; slot++) {
      float loss = current[slot];
      if (!Float.isNaN(loss)) {
        float difficulty = committed[slot];
        committed[slot] =
            Float.isNaN(difficulty) || smoothing == 1
                ? loss
                : difficulty + smoothing * (loss - difficulty);
        current[slot] = Float.NaN;
        fresh[slot >>> 6] |= 1L << slot;
      }
    }
    return fresh;
  }

  boolean isKnown(int slot) {
    return (known[slot >>> 6] & 1L << slot) != 0;
  }

  /** Committed difficulty; NaN for none. */
  float difficulty(int slot) {
    return committed[slot];
  }

  /** Loss of the open epoch; NaN for none. */
  float openLoss(int slot) {
    return current[slot];
  }

  float[] committed() {
    return committed;
  }

  float[] current() {
    return current;
  }

  long[] known() {
    return known;
  }

  Page deepCopy() {
    return new Page(committed.clone(), current.clone(), known.clone());
  }
}
