package io.sluice.job.difficulty;

import io.sluice.job.selection.InclusionWeight;

/**
 * Of each sample of a page, in how many epochs it was measured, and in how many it was not since it
 * was first. That it was measured stands for that it was selected. Immutable, so that checkpoints
 * can share it.
 *
 * @param measured number of epochs by slot, as an unsigned short
 * @param missed the same
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Inclusion(char[] measured, char[] missed) {

  private static final int MOST = Character.MAX_VALUE;

  static Inclusion none() {
    return new Inclusion(new char[Page.SIZE], new char[Page.SIZE]);
  }

  /**
   * Counts an epoch.
   *
   * @param fresh a bit per sample: whether it was measured in the epoch
   */
  Inclusion after(long[] fresh) {
    char[] newMeasured = measured.clone();
    char[] newMissed = missed.clone();
    for (int slot = 0; slot < Page.SIZE; slot++) {
      boolean isFresh = (fresh[slot >>> 6] & 1L << slot) != 0;
      if (isFresh) {
        newMeasured[slot]++;
      } else if (measured[slot] > 0) {
        newMissed[slot]++;
      }
      if (newMeasured[slot] == MOST || newMissed[slot] == MOST) {
        // The ratio counts, and stays as it is.
        newMeasured[slot] >>= 1;
        newMissed[slot] >>= 1;
      }
    }
    return new Inclusion(newMeasured, newMissed);
  }

  /**
   * Code of the weight that the sample has if the next selection takes it.
   *
   * @param cap code of the greatest weight
   */
  byte weight(int slot, byte cap) {
    int times = measured[slot] + 1;
    return InclusionWeight.code(times + missed[slot], times, cap);
  }
}
