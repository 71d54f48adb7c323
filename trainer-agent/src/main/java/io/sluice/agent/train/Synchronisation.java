package io.sluice.agent.train;

import io.sluice.protocol.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Keeps the parameters of several ranks one model. At each sync of the {@link SyncPlan} a rank
 * saves a checkpoint, sends its parameters, and goes on with the mean of all; the optimizer's
 * moments stay its own. An agent that dies meanwhile goes on from that checkpoint and sends the
 * same again.
 *
 * <p>Does nothing while there is no exchange, or in an epoch that one rank trains alone.
 */
final class Synchronisation {

  private final TrainerSettings settings;
  private final Network network;
  private final Optional<CheckpointStore> checkpoints;
  private final LongSupplier nanoTime;

  /** Null while ranks train a replica each. */
  private ModelExchange exchange;

  /** The newest sync whose mean the parameters come from. */
  private Sync last;

  // Of the epoch.
  private SyncPlan plan;
  private int worldSize = 1;
  private boolean diverged;
  private int syncs;
  private int ranks;
  private final TreeSet<Integer> leftOut = new TreeSet<>();
  private long nanos;

  /**
   * @param last the newest sync whose mean the network's parameters come from
   */
  Synchronisation(
      TrainerSettings settings,
      Network network,
      Optional<CheckpointStore> checkpoints,
      Sync last,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.network = network;
    this.checkpoints = checkpoints;
    this.last = last;
    this.nanoTime = nanoTime;
  }

  Sync last() {
    return last;
  }

  /**
   * Averages over this exchange from now on, beginning with the newest mean there is, if the
   * checkpoint is of before that.
   *
   * @param progress of the checkpoint
   * @return where to go on
   */
  Progress over(ModelExchange with, Progress progress, TrainingListener listener)
      throws InterruptedException {
    exchange = with;
    Optional<Mean> newest = exchange.newest();
    if (newest.isEmpty()
        || !newest.get().sync().isAfter(last)
        || isAt(newest.get().sync(), progress)) {
      return progress;
    }
    Sync sync = newest.get().sync();
    take(newest.get());
    listener.modelTaken(sync);
    return Progress.before(sync.nextEpoch());
  }

  /**
   * Whether a checkpoint was saved at this very sync: from there it goes on as if never stopped.
   */
  private boolean isAt(Sync sync, Progress progress) {
    return progress.trained() > 0
        && plan(progress.epoch(), progress.samples())
            .at(progress.trained())
            .equals(Optional.of(sync));
  }

  private SyncPlan plan(int epoch, int samples) {
    return new SyncPlan(epoch, samples, settings.batchSize(), settings.syncEvery());
  }

  /**
   * Begins an epoch, with the parameters that its ranks have agreed on: those of the end of the
   * epoch before. Where one rank has trained that alone, it makes them the mean of itself, for the
   * ranks that are new.
   *
   * @param progress how far this rank has come
   * @return how far it has come with the parameters that it has now
   */
  Progress begin(EpochSamples samples, Progress progress, TrainingListener listener)
      throws InterruptedException {
    int epoch = samples.epoch();
    plan = plan(epoch, samples.ids().length);
    worldSize = samples.worldSize();
    diverged = false;
    syncs = 0;
    ranks = 0;
    nanos = 0;
    leftOut.clear();
    if (!isShared()) {
      return progress;
    }
    network.checkAverages();
    if (last.epoch() == epoch || last.isEndOf(epoch - 1)) {
      return progress;
    }
    if (settings.rank() == 0 && progress.epoch() == epoch) {
      average(new Sync(epoch - 1, 1, true), 1, 0, progress, listener);
      return progress;
    }
    Mean mean = exchange.awaitEnd(epoch - 1);
    take(mean);
    listener.modelTaken(mean.sync());
    return Progress.before(epoch);
  }

  /** To be called before a batch: averages if a sync is due amid the epoch. */
  void amid(Progress progress, TrainingListener listener) throws InterruptedException {
    int trained = progress.trained();
    if (!isShared() || trained == progress.samples()) {
      return;
    }
    Optional<Sync> due = plan.at(trained);
    if (due.isPresent() && due.get().isAfter(last)) {
      average(due.get(), worldSize, plan.since(trained), progress, listener);
    }
  }

  /** Averages at the end of the epoch; before that at what a rank that diverged has left out. */
  void end(Progress progress, TrainingListener listener) throws InterruptedException {
    if (!isShared()) {
      return;
    }
    long samples = plan.since(progress.trained());
    for (Optional<Sync> due = plan.next(last); due.isPresent(); due = plan.next(last)) {
      average(due.get(), worldSize, samples, progress, listener);
    }
  }

  /**
   * Learns that the losses of a batch are not finite.
   *
   * @param error what to stop with
   * @throws UserError unless this rank is to train no more of the epoch, and the others go on
   */
  void diverged(UserError error) throws InterruptedException {
    if (!isShared()) {
      throw error;
    }
    diverged = true;
    if (settings.badModel() == BadModel.STOP) {
      // The others learn of it where they would wait for this rank.
      exchange.send(new Contribution(plan.next(last).orElseThrow(), worldSize, 0, null));
      throw error;
    }
  }

  /** What came of the epoch. */
  EpochAverages averages() {
    return syncs == 0
        ? EpochAverages.NONE
        : new EpochAverages(syncs, Duration.ofNanos(nanos), ranks, List.copyOf(leftOut));
  }

  /** How long training has stood still for it in this epoch. */
  long nanos() {
    return nanos;
  }

  private boolean isShared() {
    return exchange != null && worldSize > 1;
  }

  private void average(
      Sync sync, int of, long samples, Progress progress, TrainingListener listener)
      throws InterruptedException {
    long start = nanoTime.getAsLong();
    float[] values = network.values();
    boolean usable = !diverged && Tensors.areFinite(values);
    if (usable && checkpoints.isPresent()) {
      save(checkpoints.get(), progress, listener);
    }
    exchange.send(new Contribution(sync, of, samples, usable ? values : null));
    Mean mean = exchange.await(sync);
    take(mean);
    long time = nanoTime.getAsLong() - start;
    syncs++;
    ranks = mean.ranks();
    leftOut.addAll(mean.leftOut());
    nanos += time;
    listener.averaged(sync, mean.leftOut(), Duration.ofNanos(time));
  }

  private void save(CheckpointStore store, Progress progress, TrainingListener listener)
      throws InterruptedException {
    long start = nanoTime.getAsLong();
    long bytes = store.save(progress, last, network);
    listener.checkpointSaved(bytes, Duration.ofNanos(nanoTime.getAsLong() - start));
  }

  private void take(Mean mean) {
    if (mean.ranks() == 0) {
      throw new UserError(
          String.format(
              "No rank has parameters that are finite numbers at %s, so there is nothing to go on"
                  + " from. Begin a new run with a lower learning rate (now %s).",
              mean.sync(), settings.learningRate()));
    }
    if (!mean.leftOut().isEmpty() && settings.badModel() == BadModel.STOP) {
      throw new UserError(
          String.format(
              "Training diverged: the parameters or losses of rank %s are not finite numbers at %s."
                  + " Begin a new run with a lower learning rate (now %s), or start all agents again"
                  + " with bad-model: skip, to go on with the mean of the others.",
              ranks(mean.leftOut()), mean.sync(), settings.learningRate()));
    }
    network.take(mean.values());
    if (mean.leftOut().contains(settings.rank())) {
      network.resetOptimizer();
    }
    last = mean.sync();
  }

  private static String ranks(List<Integer> ranks) {
    return String.join(", ", ranks.stream().map(String::valueOf).toList());
  }
}
