package io.sluice.job.selection;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The measured samples, counted by difficulty, in strata as far as the plan tells more apart.
 *
 * @param all all of them
 * @param strata the same samples by stratum
 */
public record Population(SparseHistogram all, SortedMap<Stratum, SparseHistogram> strata) {

  public Population {
    long counted = strata.values().stream().mapToLong(SparseHistogram::total).sum();
    if (counted != all.total()) {
      throw new IllegalArgumentException(
          "%d samples, but %d in strata".formatted(all.total(), counted));
    }
  }

  /**
   * @param strata empty if nothing is told apart
   */
  public static Population of(SparseHistogram all, Map<Stratum, SparseHistogram> strata) {
    return new Population(all, new TreeMap<>(strata.isEmpty() ? Map.of(Stratum.ALL, all) : strata));
  }

  public static Population of(SparseHistogram all) {
    return of(all, Map.of());
  }

  /** Number of samples. */
  long total() {
    return all.total();
  }

  /** Number of samples that bands select, in expectation. */
  public double expected(List<Band> bands) {
    double expected = 0;
    for (Map.Entry<Stratum, SparseHistogram> stratum : strata.entrySet()) {
      expected += expected(stratum.getKey(), stratum.getValue(), bands);
    }
    return expected;
  }

  static double expected(Stratum stratum, SparseHistogram measured, List<Band> bands) {
    double expected = 0;
    for (int i = 0; i < measured.distinct(); i++) {
      expected += measured.counts()[i] * chance(stratum, measured.codes()[i], bands);
    }
    return expected;
  }

  /** The probability that bands select a sample; its split hash and its keep hash are both open. */
  static double chance(Stratum stratum, int code, List<Band> bands) {
    double chance = 0;
    double undecided = 1;
    for (Band band : bands) {
      if (band.lowerCode() <= code
          && code <= band.upperCode()
          && (band.freshness() == Freshness.ANY || band.freshness() == stratum.freshness())) {
        double share = Math.min(undecided, band.splitTo() - band.splitFrom());
        chance += share * band.keep();
        undecided -= share;
      }
    }
    return chance;
  }

  /** The probability that bands select no sample at all. */
  double chanceOfNone(List<Band> bands) {
    double logarithm = 0;
    for (Map.Entry<Stratum, SparseHistogram> stratum : strata.entrySet()) {
      SparseHistogram measured = stratum.getValue();
      for (int i = 0; i < measured.distinct(); i++) {
        double chance = chance(stratum.getKey(), measured.codes()[i], bands);
        // Math.log1p may differ in the last bit between machines, and this decides.
        logarithm += measured.counts()[i] * StrictMath.log1p(-Math.min(1, chance));
      }
    }
    return StrictMath.exp(logarithm);
  }
}
