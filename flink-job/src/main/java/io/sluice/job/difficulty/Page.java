package io.sluice.job.difficulty;

import java.util.Arrays;

/**
 * {@value #SIZE} consecutive samples of a shard: the difficulty committed at the last epoch's
 * close, and the loss measured in the open epoch. 8.1 bytes a sample. Mutable; not thread-safe.
 *
 * <p>A {@link #copy} shares its arrays with the original until one of the two writes to them. So a
 * checkpoint that is written while losses come in costs what they touch of the open epoch, and not
 * the whole state once more.
 */
final class Page {

  static final int BITS = 12;
  static final int SIZE = 1 << BITS;
  static final int WORDS = SIZE / Long.SIZE;

  private static final int FLOAT_INFINITY = 0x7F800000;

  /** NaN where a sample has no difficulty yet; null where none has. */
  private float[] committed;

  /** NaN where a sample was not measured in the open epoch; null where none was. */
  private float[] current;

  /** A bit per sample: whether it existed at the last close, or has been declared since. */
  private long[] known;

  private boolean committedShared;
  private boolean currentShared;
  private boolean knownShared;

  Page() {
    this(null, null, new long[WORDS]);
  }

  /**
   * @param committed null if no sample has a difficulty
   * @param current null if no sample was measured in the open epoch
   */
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

  /** Samples exist from now on, with or without a loss. */
  void know(int fromSlot, int toSlot) {
    ownKnown();
    for (int slot = fromSlot; slot < toSlot; slot++) {
      known[slot >>> 6] |= 1L << slot;
    }
  }

  /**
   * Takes losses of the open epoch; a later one replaces an earlier. At the epoch's close their
   * samples become known, if they are not.
   *
   * @param indices local indices, all on this page
   * @param from first place in both arrays
   * @param to place after the last
   */
  void measure(long[] indices, float[] losses, int from, int to) {
    float[] open = ownCurrent();
    for (int i = from; i < to; i++) {
      open[slotOf(indices[i])] = losses[i];
    }
  }

  /**
   * Closes the open epoch: d ← d + β(loss − d) for what was measured, a first loss as it is.
   *
   * @param smoothing β, above 0 to 1
   * @return a bit per sample: whether it was measured in the epoch just closed
   */
  long[] fold(float smoothing) {
    long[] fresh = new long[WORDS];
    if (current == null) {
      return fresh;
    }
    if (committed == null) {
      markMeasured(fresh);
      committed = current;
      committedShared = currentShared;
      current = null;
      currentShared = false;
    } else {
      ownCommitted();
      commit(smoothing, fresh);
      if (currentShared) {
        current = null;
        currentShared = false;
      } else {
        Arrays.fill(current, Float.NaN);
      }
    }
    ownKnown();
    for (int word = 0; word < WORDS; word++) {
      known[word] |= fresh[word];
    }
    return fresh;
  }

  private void markMeasured(long[] fresh) {
    for (int word = 0; word < WORDS; word++) {
      long bits = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        bits |= (Float.isNaN(current[word * Long.SIZE + bit]) ? 0L : 1L) << bit;
      }
      fresh[word] = bits;
    }
  }

  /**
   * Without a branch: which samples were measured is random, so the processor could not predict it.
   * A mask is all ones where a value is missing, and chooses between two values bit by bit.
   */
  private void commit(float smoothing, long[] fresh) {
    for (int word = 0; word < WORDS; word++) {
      long bits = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        int slot = word * Long.SIZE + bit;
        float loss = current[slot];
        float difficulty = committed[slot];
        int lossBits = Float.floatToRawIntBits(loss);
        int difficultyBits = Float.floatToRawIntBits(difficulty);
        int moved = lossBits;
        if (smoothing != 1) {
          float towards = difficulty + smoothing * (loss - difficulty);
          moved = choose(missing(difficultyBits), lossBits, Float.floatToRawIntBits(towards));
        }
        int unmeasured = missing(lossBits);
        committed[slot] = Float.intBitsToFloat(choose(unmeasured, difficultyBits, moved));
        bits |= (unmeasured + 1L) << bit;
      }
      fresh[word] = bits;
    }
  }

  /** All ones for the bits of a NaN, else 0. */
  private static int missing(int bits) {
    return (FLOAT_INFINITY - (bits & Integer.MAX_VALUE)) >> (Integer.SIZE - 1);
  }

  private static int choose(int mask, int ifOnes, int ifZeros) {
    return (ifOnes & mask) | (ifZeros & ~mask);
  }

  boolean isKnown(int slot) {
    return (known[slot >>> 6] & 1L << slot) != 0;
  }

  /** Committed difficulty; NaN for none. */
  float difficulty(int slot) {
    return committed == null ? Float.NaN : committed[slot];
  }

  /** Loss of the open epoch; NaN for none. */
  float openLoss(int slot) {
    return current == null ? Float.NaN : current[slot];
  }

  /** Null if no sample has a difficulty; not to be changed. */
  float[] committed() {
    return committed;
  }

  /** Null if no sample was measured in the open epoch; not to be changed. */
  float[] current() {
    return current;
  }

  /** Not to be changed. */
  long[] known() {
    return known;
  }

  /** A page of the same content; from now on each of the two can change without the other. */
  Page copy() {
    committedShared = committed != null;
    currentShared = current != null;
    knownShared = true;
    Page copy = new Page(committed, current, known);
    copy.committedShared = committedShared;
    copy.currentShared = currentShared;
    copy.knownShared = true;
    return copy;
  }

  private void ownCommitted() {
    if (committedShared) {
      committed = committed.clone();
      committedShared = false;
    }
  }

  private float[] ownCurrent() {
    if (current == null) {
      current = new float[SIZE];
      Arrays.fill(current, Float.NaN);
    } else if (currentShared) {
      current = current.clone();
      currentShared = false;
    }
    return current;
  }

  private void ownKnown() {
    if (knownShared) {
      known = known.clone();
      knownShared = false;
    }
  }
}
