package io.sluice.job.selection;

/**
 * What the selections of a cycle so far come to.
 *
 * @param known samples that full training would have taken
 * @param selected samples that were selected, in expectation
 */
public record Spending(double known, double selected) {

  public static final Spending NONE = new Spending(0, 0);

  /** Returns what it comes to with one more selection. */
  public Spending plus(SelectionPlan plan) {
    return new Spending(known + plan.known(), selected + plan.expected());
  }
}
