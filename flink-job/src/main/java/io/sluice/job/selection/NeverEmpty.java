package io.sluice.job.selection;

import java.util.List;

/**
 * Keeps a selection from being empty.
 *
 * <p>Whether a sample stays is decided by a hash of its id, shard by shard, but a plan is made from
 * counts: nobody who plans sees the ids, and nobody who hashes sees all shards. So the plan goes by
 * the chance that the hash drops every sample. Unless that is negligible, which it is for all but a
 * few dozen or hundred samples, random pruning is lifted for this selection, and if that is not
 * enough the split by hash as well; then every sample of the bands is selected. Being a function of
 * counts, the outcome is the same on every replay.
 */
final class NeverEmpty {
  /** Once in 10^12 selections is less often than hardware gets a bit wrong. */
  static final double NEGLIGIBLE = 1e-12;

  private NeverEmpty() {}

  static List<Band> ensure(List<Band> bands, SparseHistogram measured) {
    if (measured.distinct() == 0 || chanceOfNone(bands, measured) <= NEGLIGIBLE) {
      return bands;
    }
    List<Band> unpruned = bands.stream().map(Band::unpruned).toList();
    if (chanceOfNone(unpruned, measured) <= NEGLIGIBLE) {
      return unpruned;
    }
    return unpruned.stream().map(band -> band.split(0, 1)).toList();
  }

  /**
   * Bounds the chance that no sample is selected from above. A band for fresh or for stale samples
   * only adds nothing, since it may hold none.
   */
  static double chanceOfNone(List<Band> bands, SparseHistogram measured) {
    double chance = 1;
    for (Band band : bands) {
      if (band.freshness() == Freshness.ANY) {
        long size = measured.countBetween(band.lowerCode(), band.upperCode());
        double selected = band.keep() * (band.splitTo() - band.splitFrom());
        // Math.pow may differ in the last bit between machines, and this decides.
        chance *= StrictMath.pow(1 - selected, (double) size);
      }
    }
    return chance;
  }
}
