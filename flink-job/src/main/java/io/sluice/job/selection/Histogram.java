package io.sluice.job.selection;

import java.util.Arrays;

/**
 * Counts samples by difficulty code, densely: half a megabyte, to be cleared and used again.
 *
 * <p>Reading and clearing touch only the range of codes that was added. Not thread-safe.
 */
public final class Histogram {
  private final long[] counts = new long[1 << Character.SIZE];
  private int distinct;
  private int lowest = counts.length;
  private int highest = -1;

  /**
   * Counts one sample.
   *
   * @throws IllegalArgumentException if the code is not of a finite difficulty
   */
  public void add(char code) {
    DifficultyCode.requireFinite(code);
    addUnchecked(code, 1);
  }

  /** Counts the samples of another histogram. */
  public void add(SparseHistogram other) {
    char[] codes = other.codes();
    long[] added = other.counts();
    for (int i = 0; i < codes.length; i++) {
      addUnchecked(codes[i], added[i]);
    }
  }

  private void addUnchecked(int code, long added) {
    if (counts[code] == 0) {
      distinct++;
      lowest = Math.min(lowest, code);
      highest = Math.max(highest, code);
    }
    counts[code] += added;
  }

  /** Returns what was counted since the last {@link #clear()}. */
  public SparseHistogram toSparse() {
    char[] codes = new char[distinct];
    long[] present = new long[distinct];
    int i = 0;
    for (int code = lowest; code <= highest; code++) {
      if (counts[code] != 0) {
        codes[i] = (char) code;
        present[i++] = counts[code];
      }
    }
    return new SparseHistogram(codes, present);
  }

  /** Forgets everything that was counted. */
  public void clear() {
    if (distinct > 0) {
      Arrays.fill(counts, lowest, highest + 1, 0);
    }
    distinct = 0;
    lowest = counts.length;
    highest = -1;
  }
}
