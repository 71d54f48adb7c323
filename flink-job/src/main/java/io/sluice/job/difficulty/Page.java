package io.sluice.job.difficulty;

import io.sluice.job.selection.Traits;
import java.util.Arrays;

/**
 * {@value #SIZE} consecutive samples of a shard: the difficulty committed at the last epoch's
 * close, and the loss measured in the open epoch. 8.1 bytes a sample; 4 more where inclusion is
 * counted, 2 more where labels are kept. Mutable; not thread-safe.
 *
 * <p>A {@link #copy} shares its arrays with the original until one of the two writes to them. So a
 * checkpoint that is written while losses come in costs what they touch of the open epoch, and not
 * the whole state once more.
 */
final class Page {

  static final int BITS = 12;
  static final int SIZE = 1 << BITS;
  static final int WORDS = SIZE / Long.SIZE;

  /** Stands for no class. */
  static final char NO_LABEL = Traits.NO_LABEL;

  /** NaN where a sample has no difficulty yet; null where none has. */
  private float[] committed;

  /** NaN where a sample was not measured in the open epoch; null where none was. */
  private float[] current;

  /** A bit per sample: whether it was declared and not retired. */
  private long[] known;

  /** A bit per sample: whether it was retired; null where none was. */
  private long[] retired;

  /** Null where it is not counted. */
  private Inclusion inclusion;

  /**
   * {@link #NO_LABEL} where a sample has none; null where none has. Not changed once it is shared.
   */
  private char[] labels;

  private boolean committedShared;
  private boolean currentShared;
  private boolean knownShared;
  private boolean retiredShared;
  private boolean labelsShared;

  Page() {
    this(null, null, new long[WORDS], null, null, null);
  }

  /**
   * @param committed null if no sample has a difficulty
   * @param current null if no sample was measured in the open epoch
   * @param retired null if no sample was retired
   * @param inclusion null if it is not counted
   * @param labels null if no sample has one
   */
  Page(
      float[] committed,
      float[] current,
      long[] known,
      long[] retired,
      Inclusion inclusion,
      char[] labels) {
    this.committed = committed;
    this.current = current;
    this.known = known;
    this.retired = retired;
    this.inclusion = inclusion;
    this.labels = labels;
  }

  static long numberOf(long localIndex) {
    return localIndex >>> BITS;
  }

  static int slotOf(long localIndex) {
    return (int) localIndex & (SIZE - 1);
  }

  /**
   * Samples exist from now on, unless they were retired.
   *
   * @return how many did not exist before
   */
  int know(int fromSlot, int toSlot) {
    int added = 0;
    for (int slot = fromSlot; slot < toSlot; slot++) {
      if (!isKnown(slot) && !isRetired(slot)) {
        ownKnown();
        set(known, slot);
        added++;
      }
    }
    return added;
  }

  /**
   * Samples are gone for good, with their difficulty.
   *
   * @return how many were not retired before
   */
  int retire(int fromSlot, int toSlot) {
    int gone = 0;
    for (int slot = fromSlot; slot < toSlot; slot++) {
      if (!isRetired(slot)) {
        ownRetired();
        set(retired, slot);
        gone++;
        forget(slot);
      }
    }
    if (gone > 0 && isEmpty()) {
      committed = null;
      committedShared = false;
      current = null;
      currentShared = false;
      inclusion = null;
      labels = null;
      labelsShared = false;
    }
    return gone;
  }

  private void forget(int slot) {
    if (isKnown(slot)) {
      ownKnown();
      known[slot >>> 6] &= ~(1L << slot);
    }
    if (!Float.isNaN(difficulty(slot))) {
      ownCommitted();
      committed[slot] = Float.NaN;
    }
    if (!Float.isNaN(openLoss(slot))) {
      ownCurrent()[slot] = Float.NaN;
    }
  }

  private boolean isEmpty() {
    for (long word : known) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes losses of the open epoch; a later one replaces an earlier. Those of samples that are not
   * known are not taken.
   *
   * @param indices local indices, all on this page
   * @param from first place in both arrays
   * @param to place after the last
   * @return how many were taken
   */
  int measure(long[] indices, float[] losses, int from, int to) {
    int taken = 0;
    float[] open = null;
    for (int i = from; i < to; i++) {
      int slot = slotOf(indices[i]);
      if (isKnown(slot)) {
        if (open == null) {
          open = ownCurrent(); // which takes memory only for a sample that there is
        }
        open[slot] = losses[i];
        taken++;
      }
    }
    return taken;
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
      Fold.markMeasured(current, fresh);
      committed = current;
      committedShared = currentShared;
      current = null;
      currentShared = false;
    } else {
      ownCommitted();
      Fold.commit(current, committed, smoothing, fresh);
      if (currentShared) {
        current = null;
        currentShared = false;
      } else {
        Arrays.fill(current, Float.NaN);
      }
    }
    return fresh;
  }

  /**
   * Counts the epoch just closed.
   *
   * @param fresh what {@link #fold} has returned
   */
  void countInclusion(long[] fresh) {
    inclusion = (inclusion == null ? Inclusion.none() : inclusion).after(fresh);
  }

  /**
   * By slot, the code of the weight that a sample has if the next selection takes it.
   *
   * @param cap code of the greatest weight
   */
  byte[] inclusionWeights(byte cap) {
    byte[] weights = new byte[SIZE];
    for (int slot = 0; inclusion != null && slot < SIZE; slot++) {
      weights[slot] = inclusion.weight(slot, cap);
    }
    return weights;
  }

  /** Sets the class of known samples from a slot on. */
  void label(int fromSlot, char[] newLabels, int from, int to) {
    if (labels == null) {
      labels = new char[SIZE];
      Arrays.fill(labels, NO_LABEL);
    } else if (labelsShared) {
      labels = labels.clone();
    }
    labelsShared = false;
    System.arraycopy(newLabels, from, labels, fromSlot, to - from);
  }

  boolean isKnown(int slot) {
    return (known[slot >>> 6] & 1L << slot) != 0;
  }

  boolean isRetired(int slot) {
    return retired != null && (retired[slot >>> 6] & 1L << slot) != 0;
  }

  int retiredCount() {
    int count = 0;
    if (retired != null) {
      for (long word : retired) {
        count += Long.bitCount(word);
      }
    }
    return count;
  }

  private static void set(long[] bits, int slot) {
    bits[slot >>> 6] |= 1L << slot;
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

  /** Null if no sample was retired; not to be changed. */
  long[] retired() {
    return retired;
  }

  /** Null where it is not counted. */
  Inclusion inclusion() {
    return inclusion;
  }

  /** Null if no sample has one; not to be changed, and not changed once it was asked for. */
  char[] labels() {
    labelsShared = labels != null;
    return labels;
  }

  char label(int slot) {
    return labels == null ? NO_LABEL : labels[slot];
  }

  /** A page of the same content; from now on each of the two can change without the other. */
  Page copy() {
    committedShared = committed != null;
    currentShared = current != null;
    knownShared = true;
    retiredShared = retired != null;
    labelsShared = labels != null;
    Page copy = new Page(committed, current, known, retired, inclusion, labels);
    copy.labelsShared = labelsShared;
    copy.committedShared = committedShared;
    copy.currentShared = currentShared;
    copy.knownShared = true;
    copy.retiredShared = retiredShared;
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

  private void ownRetired() {
    if (retired == null) {
      retired = new long[WORDS];
    } else if (retiredShared) {
      retired = retired.clone();
    }
    retiredShared = false;
  }

  private void ownKnown() {
    if (knownShared) {
      known = known.clone();
      knownShared = false;
    }
  }
}
