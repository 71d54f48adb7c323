package io.sluice.job.selection;

/** Settings to test with. */
final class TestingSettings {
  private TestingSettings() {}

  /** k = 5, α = 0.6, δ = 0.8, seed 1. */
  static SelectionSettings of(PolicyKind policy, double pruneRatio, int cycle, Limits limits) {
    return new SelectionSettings(policy, 5, 0.6, pruneRatio, 0.8, cycle, 1, limits);
  }

  static SelectionSettings of(PolicyKind policy, double pruneRatio) {
    return of(policy, pruneRatio, 10, Limits.NONE);
  }

  static Limits budget(double budget, double swing) {
    return new Limits(budget, swing, 0, 1, 10, 0);
  }

  static Limits bounds(double minSelected, double maxSelected) {
    return new Limits(1, 0, minSelected, maxSelected, 10, 0);
  }
}
