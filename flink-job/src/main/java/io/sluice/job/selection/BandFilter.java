package io.sluice.job.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A plan's bands compiled into a table by difficulty code, to decide on samples at tens of millions
 * a second. Immutable and allocation-free after construction.
 */
public final class BandFilter {
  private static final int CODES = 1 << Character.SIZE;
  private static final long ALWAYS = KeepHash.threshold(1);

  private final long keepStream;
  private final long splitStream;
  private final float[] weights;

  /** The rules, by code: rule r consists of the cases from firstCase[r] to firstCase[r + 1] - 1. */
  private final char[] ruleOfCode = new char[CODES];

  private final int[] firstCase;
  private final Case[] cases;

  /** A band without its code interval. */
  private record Case(
      boolean fresh,
      boolean stale,
      boolean split,
      long splitFrom,
      long splitTo,
      long keep,
      int weightIndex) {}

  /**
   * Compiles a plan's bands.
   *
   * @param epoch which selection the plan makes, from 0
   * @param bands what it takes of the measured samples
   * @param seed the run's seed
   */
  public BandFilter(int epoch, List<Band> bands, long seed) {
    keepStream = KeepHash.keepStream(seed, epoch);
    splitStream = KeepHash.splitStream(seed);
    weights = weightsOf(bands);

    // Between two neighbouring ends of bands, all codes have the same rule.
    boolean[] ruleBegins = new boolean[CODES + 1];
    for (Band band : bands) {
      ruleBegins[band.lowerCode()] = true;
      ruleBegins[band.upperCode() + 1] = true;
    }
    ruleBegins[DifficultyCode.UNSEEN] = true;
    List<Integer> first = new ArrayList<>(List.of(0));
    List<Case> compiled = new ArrayList<>();
    for (int code = 0; code < CODES; code++) {
      if (ruleBegins[code]) {
        first.add(compiled.size());
        for (Band band : bands) {
          if (band.lowerCode() <= code && code <= band.upperCode()) {
            compiled.add(caseOf(band));
          }
        }
        if (code == DifficultyCode.UNSEEN) {
          compiled.add(caseOf(Band.everywhere(1)));
        }
      }
      ruleOfCode[code] = (char) (first.size() - 1);
    }
    first.add(compiled.size());
    firstCase = first.stream().mapToInt(Integer::intValue).toArray();
    cases = compiled.toArray(Case[]::new);
  }

  /** Compiles a whole plan. */
  public BandFilter(SelectionPlan plan, long seed) {
    this(plan.epoch(), plan.bands(), seed);
  }

  private static float[] weightsOf(List<Band> bands) {
    TreeSet<Float> distinct = new TreeSet<>(List.of(1f));
    bands.forEach(band -> distinct.add(band.weight()));
    float[] weights = new float[distinct.size()];
    int i = 0;
    for (float weight : distinct) {
      weights[i++] = weight;
    }
    return weights;
  }

  private Case caseOf(Band band) {
    return new Case(
        band.freshness().holds(true),
        band.freshness().holds(false),
        band.splitFrom() > 0 || band.splitTo() < 1,
        KeepHash.threshold(band.splitFrom()),
        KeepHash.threshold(band.splitTo()),
        KeepHash.threshold(band.keep()),
        Arrays.binarySearch(weights, band.weight()));
  }

  /** Returns the distinct weights that selected samples may have, ascending; 1 is among them. */
  public float[] weights() {
    return weights.clone();
  }

  /**
   * Decides on one sample.
   *
   * @param code its difficulty code, or {@link DifficultyCode#UNSEEN} or {@link
   *     DifficultyCode#ABSENT}
   * @param fresh whether it was measured in the epoch just closed
   * @return the place of its weight in {@link #weights()}, or -1 if it is not selected
   */
  public int select(long sampleId, int code, boolean fresh) {
    int rule = ruleOfCode[code];
    int end = firstCase[rule + 1];
    for (int i = firstCase[rule]; i < end; i++) {
      Case c = cases[i];
      if ((fresh ? c.fresh : c.stale) && (!c.split || inSplit(c, sampleId))) {
        return isKept(c, sampleId) ? c.weightIndex : -1;
      }
    }
    return -1;
  }

  private boolean inSplit(Case c, long sampleId) {
    long hash = KeepHash.hash(splitStream, sampleId);
    return hash >= c.splitFrom && Long.compareUnsigned(hash, c.splitTo) < 0;
  }

  private boolean isKept(Case c, long sampleId) {
    return c.keep == ALWAYS
        || Long.compareUnsigned(KeepHash.hash(keepStream, sampleId), c.keep) < 0;
  }
}
