package io.sluice.job.selection;

/** Filters of a run with five clusters, a window over four of them and a keep ratio of 0.8. */
public final class TestingFilters {
  private static final int EPOCHS = 100;
  private static final long SEED = 7;

  private TestingFilters() {}

  /** SeTa's window over all clusters but the easiest, which is the largest. */
  public static BandFilter seta() {
    return filter(PolicyKind.SETA, 1);
  }

  /** SeTa after its annealing start: no window. */
  public static BandFilter annealing() {
    return filter(PolicyKind.SETA, EPOCHS - 1);
  }

  /** Every sample. */
  public static BandFilter full() {
    return filter(PolicyKind.FULL, 1);
  }

  private static BandFilter filter(PolicyKind policy, int epoch) {
    SelectionSettings settings =
        new SelectionSettings(policy, 5, 0.9, 0.2, 0.875, EPOCHS, SEED, Limits.NONE);
    SparseHistogram measured = TestingHistograms.logNormal(100_000, SEED);
    return new BandFilter(TestingPlans.plan(epoch, measured, 0, settings), SEED);
  }
}
