package io.sluice.agent;

import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.Slice;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.SelectionFeed;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Feeds the training loop from the selection protocol. An epoch is ended in the log when only a
 * small rest of it is still to be trained ({@code early-close}); the losses of that rest count
 * towards the next epoch. The next selection is awaited and shuffled in the background from then
 * on, so that the loop finds it ready. The last epoch has nothing to prepare and is ended whole.
 */
final class KafkaFeed implements SelectionFeed, AutoCloseable {

  private static final String NOT_READ = "the selection could not be read";
  private static final String NOT_ENDED = "the epoch could not be ended";

  private final SelectionClient client;
  private final int rank;
  private final Epochs epochs;
  private final long seed;
  private final double earlyClose;
  private final ExecutorService fetcher =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "sluice-selection-fetcher");
            thread.setDaemon(true);
            return thread;
          });

  /** Empty for a selection that this rank has no part in. */
  private Future<Optional<EpochSamples>> next;

  private boolean trained;

  private int epoch;

  /** The epoch that losses count for: the one that is trained, or the next if that is closed. */
  private int openEpoch;

  /** Samples of the epoch whose losses are still to come. */
  private int remaining;

  /** With so few remaining samples the epoch is closed; 0 when it is to be trained to its end. */
  private int rest;

  /** So many losses fit into the client's buffer at once. */
  private final int mostAtOnce;

  /** Losses that were reported again since the buffer was emptied. */
  private int reportedAgain;

  private CompletableFuture<Void> closed = CompletableFuture.completedFuture(null);

  /** Of the losses that were reported after an early close. */
  private CompletableFuture<Void> restSent = CompletableFuture.completedFuture(null);

  /**
   * @param client has joined for {@code firstEpoch}
   */
  KafkaFeed(SelectionClient client, RunConfig config, int firstEpoch) {
    this.client = client;
    this.rank = config.get(Options.RANK);
    this.epochs = config.get(Options.EPOCHS);
    this.seed = config.get(Options.SEED);
    this.earlyClose = config.get(Options.EARLY_CLOSE);
    this.mostAtOnce = config.get(Options.LOSS_BUFFER) / 2;
    this.epoch = firstEpoch;
    this.openEpoch = firstEpoch;
    fetch(firstEpoch);
  }

  /**
   * @throws UserError when the epoch before could not be ended, or what comes does not fit the run
   */
  @Override
  public Optional<EpochSamples> await(int awaited) throws InterruptedException {
    epoch = awaited;
    Optional<EpochSamples> samples = result(next, NOT_READ);
    while (samples.isEmpty() && !trained && epochs.include(epoch + 1)) {
      client.skipEpoch(epoch);
      epoch++;
      fetch(epoch);
      samples = result(next, NOT_READ);
    }
    openEpoch = epoch;
    trained = true;
    remaining = samples.map(some -> some.ids().length).orElse(0);
    rest = epochs.include(epoch + 1) ? (int) (earlyClose * remaining) : 0;
    return samples;
  }

  @Override
  public void report(long[] ids, float[] losses, int count) {
    client.report(openEpoch, ids, losses, count);
    remaining -= count;
    if (openEpoch > epoch) {
      if (remaining == 0) {
        // Here and not at the end of the epoch, where each moment is one without training.
        restSent = client.flush();
      }
    } else if (remaining > 0 && remaining <= rest) {
      startClose();
    }
  }

  /**
   * @throws UserError when Kafka did not take a record
   */
  @Override
  public void reportAgain(long[] ids, float[] losses, int count) throws InterruptedException {
    if (reportedAgain + count > mostAtOnce) {
      result(client.flush(), NOT_ENDED);
      reportedAgain = 0;
    }
    report(ids, losses, count);
    reportedAgain += count;
  }

  /**
   * Waits for Kafka unless the epoch was closed before its last batches.
   *
   * @throws UserError when the epoch could not be ended, as far as that is known yet
   */
  @Override
  public void endEpoch(int ended) throws InterruptedException {
    boolean early = openEpoch > ended;
    if (!early) {
      startClose();
    } else if (remaining > 0) {
      restSent = client.flush(); // of an epoch that was not trained to its end
    }
    if (!early || closed.isDone()) {
      result(closed, NOT_ENDED);
    }
  }

  /**
   * @throws UserError when Kafka did not take a record
   */
  @Override
  public void awaitDelivery() throws InterruptedException {
    result(closed, NOT_ENDED);
    result(restSent, NOT_ENDED);
  }

  @Override
  public void close() {
    client.close();
    fetcher.shutdownNow();
    try {
      fetcher.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void startClose() {
    closed = client.closeEpoch(epoch);
    openEpoch = epoch + 1;
    fetch(openEpoch);
  }

  private void fetch(int wanted) {
    if (epochs.include(wanted)) {
      next = fetcher.submit(() -> samples(client.awaitSelection(wanted)));
    }
  }

  /** Takes a second for millions of samples. */
  private Optional<EpochSamples> samples(Selection selection) {
    if (rank >= selection.worldSize()) {
      return Optional.empty();
    }
    Slice slice = selection.slice(rank).shuffled(seed);
    return Optional.of(
        new EpochSamples(
            selection.epoch(),
            slice.ids(),
            slice.weights(),
            selection.worldSize(),
            selection.selected(),
            selection.known(),
            selection.turnaround()));
  }

  private static <T> T result(Future<T> future, String otherwise) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UserError error) {
        throw error;
      }
      throw new IllegalStateException(otherwise + ": " + e.getCause().getMessage(), e.getCause());
    }
  }
}
