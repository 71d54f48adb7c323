package io.sluice.agent.train;

import java.util.Optional;

/**
 * When the ranks of an epoch take their mean: after every so many batches, and at the epoch's end.
 * They all have the same number of samples, so the plan is the same for all.
 *
 * @param samples of the epoch on each rank
 * @param batchSize samples per batch, of which the last may have fewer
 * @param every batches from one sync to the next; 0 for one at the epoch's end alone
 */
record SyncPlan(int epoch, int samples, int batchSize, int every) {

  /** The sync that is due when so many samples are trained, if one is. */
  Optional<Sync> at(int trained) {
    if (trained == samples) {
      return Optional.of(end());
    }
    return trained > 0 && trained % period() == 0
        ? Optional.of(new Sync(epoch, (int) (trained / period()), false))
        : Optional.empty();
  }

  /** The sync that follows another, if this epoch has one. */
  Optional<Sync> next(Sync before) {
    int step = before.epoch() == epoch ? before.step() + 1 : 1;
    Sync end = end();
    return step > end.step() || before.epoch() > epoch
        ? Optional.empty()
        : Optional.of(step == end.step() ? end : new Sync(epoch, step, false));
  }

  /** Samples trained since the sync before, when so many of the epoch are. */
  long since(int trained) {
    return trained == 0 ? 0 : trained - (trained - 1) / period() * period();
  }

  private Sync end() {
    int amid = samples == 0 ? 0 : (int) ((samples - 1) / period());
    return new Sync(epoch, amid + 1, true);
  }

  /** Samples from one sync to the next. */
  private long period() {
    return every == 0 ? Long.MAX_VALUE : (long) batchSize * every;
  }
}
