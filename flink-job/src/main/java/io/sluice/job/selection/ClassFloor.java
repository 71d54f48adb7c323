package io.sluice.job.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps a selection from taking too little of a class. */
final class ClassFloor {

  /** A class's measured samples, and how many of them bands select in expectation. */
  private record Taken(long measured, double expected) {
    Taken plus(long moreMeasured, double moreExpected) {
      return new Taken(measured + moreMeasured, expected + moreExpected);
    }
  }

  private ClassFloor() {}

  /**
   * @param floor least fraction of each class's measured samples
   * @return ascending by label; only classes of which the bands take less
   */
  static List<TopUp> topUps(List<Band> bands, Population measured, double floor) {
    List<TopUp> topUps = new ArrayList<>();
    byLabel(bands, measured)
        .forEach(
            (label, taken) -> {
              double least = floor * taken.measured();
              if (taken.expected() < least) {
                double chance = (least - taken.expected()) / (taken.measured() - taken.expected());
                topUps.add(new TopUp(label, Math.min(1, chance)));
              }
            });
    return topUps;
  }

  /** Number of samples that top-ups select, in expectation. */
  static double expected(List<TopUp> topUps, List<Band> bands, Population measured) {
    Map<Integer, Taken> byLabel = topUps.isEmpty() ? Map.of() : byLabel(bands, measured);
    double expected = 0;
    for (TopUp topUp : topUps) {
      Taken taken = byLabel.get(topUp.label());
      expected += topUp.keep() * (taken.measured() - taken.expected());
    }
    return expected;
  }

  /** Samples without a label belong to no class. */
  private static Map<Integer, Taken> byLabel(List<Band> bands, Population measured) {
    Map<Integer, Taken> byLabel = new TreeMap<>();
    measured
        .strata()
        .forEach(
            (stratum, histogram) -> {
              if (stratum.label() != Stratum.ANY_LABEL) {
                double expected = Population.expected(stratum, histogram, bands);
                byLabel.merge(
                    stratum.label(),
                    new Taken(histogram.total(), expected),
                    (one, two) -> one.plus(two.measured(), two.expected()));
              }
            });
    return byLabel;
  }
}
