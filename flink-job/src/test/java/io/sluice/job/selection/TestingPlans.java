package io.sluice.job.selection;

/** Plans where nothing is told apart beside difficulty, and nothing was spent before. */
final class TestingPlans {
  private TestingPlans() {}

  static SelectionPlan plan(
      int epoch, SparseHistogram measured, long unseen, SelectionSettings settings) {
    return SelectionPlanner.plan(epoch, Population.of(measured), unseen, Spending.NONE, settings);
  }
}
