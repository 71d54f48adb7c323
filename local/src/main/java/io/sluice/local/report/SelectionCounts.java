package io.sluice.local.report;

import java.util.List;

/**
 * How often samples were selected: JSON with the names here in snake case.
 *
 * @param selections complete selections that were counted
 * @param mostSelected the samples selected most often, at most {@value #MOST}; of those that were
 *     as often, the smaller ids
 * @param hardest how often the samples were, that are hardest in the newest plan that names some
 * @param samplesByTimes how many samples were selected once, twice and so on; none left out but
 *     those never selected
 */
public record SelectionCounts(
    int selections, List<Times> mostSelected, List<Times> hardest, List<Tally> samplesByTimes) {

  static final int MOST = 24;

  /** A sample and how often it was selected. */
  public record Times(long id, int times) {}

  /** How many samples were selected just so often. */
  public record Tally(int times, long samples) {}
}
