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

  static List<Band> ensure(List<Band> bands, Population measured) {
    if (measured.total() == 0 || measured.chanceOfNone(bands) <= NEGLIGIBLE) {
      return bands;
    }
    List<Band> unpruned = bands.stream().map(Band::unpruned).toList();
    if (measured.chanceOfNone(unpruned) <= NEGLIGIBLE) {
      return unpruned;
    }
    return unpruned.stream().map(band -> band.split(0, 1)).toList();
  }
}
