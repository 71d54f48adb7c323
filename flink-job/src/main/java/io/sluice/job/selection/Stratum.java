package io.sluice.job.selection;

/**
 * Measured samples that share what a plan may tell apart beside difficulty.
 *
 * @param label their class, or {@link #ANY_LABEL} where classes are not told apart
 * @param freshness whether they were measured in the epoch just closed; ANY where it is not told
 */
public record Stratum(int label, Freshness freshness) implements Comparable<Stratum> {

  public static final int ANY_LABEL = -1;

  /** All samples: nothing is told apart. */
  public static final Stratum ALL = new Stratum(ANY_LABEL, Freshness.ANY);

  @Override
  public int compareTo(Stratum other) {
    int byLabel = Integer.compare(label, other.label);
    return byLabel != 0 ? byLabel : freshness.compareTo(other.freshness);
  }
}
