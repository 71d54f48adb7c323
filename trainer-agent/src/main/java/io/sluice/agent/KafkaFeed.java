package io.sluice.agent;

import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.Slice;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.SelectionFeed;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Feeds the training loop from the selection protocol. The next selection is fetched from the
 * moment an epoch has ended, while the loop still evaluates.
 */
final class KafkaFeed implements SelectionFeed, AutoCloseable {

  private final SelectionClient client;
  private final int rank;
  private final int worldSize;
  private final int epochs;
  private final long seed;
  private final ExecutorService fetcher =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "sluice-selection-fetcher");
            thread.setDaemon(true);
            return thread;
          });

  private int openEpoch;
  private Future<Selection> next;

  /**
   * @param client has joined for {@code firstEpoch}
   */
  KafkaFeed(SelectionClient client, RunConfig config, int firstEpoch) {
    this.client = client;
    this.rank = config.get(Options.RANK);
    this.worldSize = config.get(Options.WORLD_SIZE);
    this.epochs = config.get(Options.EPOCHS);
    this.seed = config.get(Options.SEED);
    fetch(firstEpoch);
  }

  @Override
  public EpochSamples await(int epoch) throws InterruptedException {
    Selection selection = result(next);
    openEpoch = epoch;
    Slice slice = selection.slice(rank, worldSize).shuffled(seed);
    return new EpochSamples(
        epoch,
        slice.ids(),
        slice.weights(),
        selection.selected(),
        selection.known(),
        selection.turnaround());
  }

  @Override
  public void report(long[] ids, float[] losses, int count) {
    client.report(openEpoch, ids, losses, count);
  }

  @Override
  public void endEpoch(int epoch) throws InterruptedException {
    client.endEpoch(epoch);
    fetch(epoch + 1);
  }

  /** An epoch's end has waited for all of it. */
  @Override
  public void awaitDelivery() {}

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

  private void fetch(int epoch) {
    if (epoch < epochs) {
      next = fetcher.submit(() -> client.awaitSelection(epoch));
    }
  }

  private static Selection result(Future<Selection> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UserError error) {
        throw error;
      }
      throw new IllegalStateException(
          "the selection could not be read: " + e.getCause().getMessage(), e.getCause());
    }
  }
}
