package io.sluice.job.selection;

import java.util.Arrays;

/**
 * How many samples have each difficulty code; equal by content.
 *
 * @param codes the finite codes that occur, ascending and distinct; not to be changed afterwards
 * @param counts how many samples have the code at the same place, each positive; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // tens of thousands of bins: boxing them is no option
public record SparseHistogram(char[] codes, long[] counts) {
  private static final SparseHistogram EMPTY = new SparseHistogram(new char[0], new long[0]);

  public SparseHistogram {
    if (codes.length != counts.length) {
      throw new IllegalArgumentException(
          "a histogram of %d codes has %d counts".formatted(codes.length, counts.length));
    }
    for (int i = 0; i < codes.length; i++) {
      DifficultyCode.requireFinite(codes[i]);
      if (i > 0 && codes[i] <= codes[i - 1]) {
        throw new IllegalArgumentException("histogram codes do not ascend at place " + i);
      }
      if (counts[i] <= 0) {
        throw new IllegalArgumentException(
            "histogram count %d at place %d is not positive".formatted(counts[i], i));
      }
    }
  }

  /** Returns the histogram of no samples. */
  public static SparseHistogram empty() {
    return EMPTY;
  }

  /** Returns the number of samples. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total = Math.addExact(total, count);
    }
    return total;
  }

  /** Returns the number of different codes. */
  public int distinct() {
    return codes.length;
  }

  /** Returns the samples whose code lies in an inclusive interval. */
  public SparseHistogram between(int lowerCode, int upperCode) {
    int from = 0;
    while (from < codes.length && codes[from] < lowerCode) {
      from++;
    }
    int to = from;
    while (to < codes.length && codes[to] <= upperCode) {
      to++;
    }
    return new SparseHistogram(
        Arrays.copyOfRange(codes, from, to), Arrays.copyOfRange(counts, from, to));
  }

  /**
   * Returns the least code whose difficulty is not below the mean of all; {@link
   * DifficultyCode#MIN} if no sample is below it.
   */
  int firstCodeFromMean() {
    double sum = 0;
    for (int i = 0; i < codes.length; i++) {
      sum += (double) counts[i] * DifficultyCode.decode(codes[i]);
    }
    double mean = sum / total();
    int below = DifficultyCode.MIN - 1;
    for (int i = 0; i < codes.length && DifficultyCode.decode(codes[i]) < mean; i++) {
      below = codes[i];
    }
    return below + 1;
  }

  /** Returns the histogram of the samples of both. */
  public SparseHistogram plus(SparseHistogram other) {
    char[] bothCodes = new char[codes.length + other.codes.length];
    long[] bothCounts = new long[bothCodes.length];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < codes.length || j < other.codes.length) {
      int here = i < codes.length ? codes[i] : Integer.MAX_VALUE;
      int there = j < other.codes.length ? other.codes[j] : Integer.MAX_VALUE;
      bothCodes[size] = (char) Math.min(here, there);
      bothCounts[size] +=
          (here <= there ? counts[i++] : 0) + (there <= here ? other.counts[j++] : 0);
      size++;
    }
    return new SparseHistogram(Arrays.copyOf(bothCodes, size), Arrays.copyOf(bothCounts, size));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparseHistogram that
        && Arrays.equals(codes, that.codes)
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(codes) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "SparseHistogram[distinct=%d, total=%d]".formatted(distinct(), total());
  }
}
