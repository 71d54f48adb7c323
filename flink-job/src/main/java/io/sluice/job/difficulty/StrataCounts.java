package io.sluice.job.difficulty;

import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Counts samples by stratum and difficulty. With many strata most are small, so it sorts. */
final class StrataCounts {

  /** So many samples are gathered before they are sorted: 8 MB. */
  private static final int GATHERED = 1 << 20;

  // A key holds label, freshness and code, so that sorting brings strata together.
  private static final int CODE_BITS = 16;
  private static final int FRESHNESS_BITS = 2;
  private static final int ANY = 0;
  private static final int FRESH = 1;
  private static final int STALE = 2;

  private final Detail detail;
  private final Map<Stratum, SparseHistogram> strata = new TreeMap<>();
  private long[] keys = new long[Page.SIZE];
  private int size;

  StrataCounts(Detail detail) {
    this.detail = detail;
  }

  /**
   * @param label its class, or {@link Page#NO_LABEL}
   */
  void add(char code, boolean fresh, char label) {
    if (size == keys.length) {
      if (size < GATHERED) {
        keys = Arrays.copyOf(keys, 2 * size);
      } else {
        sort();
      }
    }
    long freshness = detail.freshness() ? (fresh ? FRESH : STALE) : ANY;
    long ofLabel = detail.labels() && label != Page.NO_LABEL ? label + 1L : 0;
    keys[size++] = (ofLabel << FRESHNESS_BITS | freshness) << CODE_BITS | code;
  }

  /** Empty if nothing is told apart. */
  Map<Stratum, SparseHistogram> strata() {
    sort();
    return strata;
  }

  private void sort() {
    Arrays.sort(keys, 0, size);
    int from = 0;
    while (from < size) {
      long stratum = keys[from] >>> CODE_BITS;
      int to = from;
      while (to < size && keys[to] >>> CODE_BITS == stratum) {
        to++;
      }
      strata.merge(stratumOf(stratum), histogram(from, to), SparseHistogram::plus);
      from = to;
    }
    size = 0;
  }

  private static Stratum stratumOf(long key) {
    Freshness freshness =
        switch ((int) key & ((1 << FRESHNESS_BITS) - 1)) {
          case FRESH -> Freshness.FRESH;
          case STALE -> Freshness.STALE;
          default -> Freshness.ANY;
        };
    return new Stratum((int) (key >>> FRESHNESS_BITS) - 1, freshness);
  }

  private SparseHistogram histogram(int from, int to) {
    char[] codes = new char[to - from];
    long[] counts = new long[to - from];
    int distinct = 0;
    for (int i = from; i < to; i++) {
      char code = (char) keys[i];
      if (distinct == 0 || codes[distinct - 1] != code) {
        codes[distinct++] = code;
      }
      counts[distinct - 1]++;
    }
    return new SparseHistogram(Arrays.copyOf(codes, distinct), Arrays.copyOf(counts, distinct));
  }
}
