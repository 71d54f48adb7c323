package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.LossBatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the training loop and Kafka: its one thread is the only one that may wait for
 * Kafka's producer. What is reported lands in a queue, bounded by the {@link LossBudget}.
 */
final class LossSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LossSender.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /**
   * Losses of one shard in a record, where the capacity allows it: 5 to 6 KB, of which what a
   * record costs by itself is less than a hundredth.
   */
  private static final int BATCH_SIZE = 1024;

  private final EventWriter writer;
  private final ClientCounters counters;
  private final int capacity;
  private final LossBudget budget;
  private final LossBuffer buffer;
  private final AtomicBoolean dropping = new AtomicBoolean();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "sluice-loss-sender");
            created.setDaemon(true);
            return created;
          });

  // Of the sender's thread.
  private int openEpoch;
  private RuntimeException defect;

  /**
   * @param capacity most losses held that Kafka has not taken
   */
  LossSender(
      EventWriter writer,
      Sharding sharding,
      int capacity,
      ClientCounters counters,
      int firstEpoch) {
    this.writer = writer;
    this.openEpoch = firstEpoch;
    this.counters = counters;
    this.capacity = capacity;
    this.budget = new LossBudget(capacity);
    this.buffer = new LossBuffer(sharding, batchSize(capacity, sharding.shards()), this::send);
  }

  /** Lets at most half of the capacity wait in the shards' buffers for a batch to fill. */
  static int batchSize(int capacity, int shards) {
    return Math.max(1, Math.min(BATCH_SIZE, capacity / 2 / shards));
  }

  void report(int epoch, long[] ids, float[] losses, int count) {
    counters.lossesReported.add(count);
    int admitted = budget.admit(count);
    if (admitted > 0) {
      long[] ownIds = Arrays.copyOf(ids, admitted);
      float[] ownLosses = Arrays.copyOf(losses, admitted);
      execute(() -> buffer(epoch, ownIds, ownLosses));
    }
    if (admitted < count) {
      counters.lossesDropped.add(count - admitted);
      if (dropping.compareAndSet(false, true)) {
        LOG.warn(
            "Kafka has not taken the last {} losses yet; dropping further ones of epoch {}, whose"
                + " samples keep their difficulty (loss-buffer sets the limit)",
            capacity,
            epoch);
      }
    }
  }

  void declare(List<IdRange> samples, int fromEpoch) {
    execute(() -> writer.declare(samples, fromEpoch));
  }

  /** Returns when everything up to the end of the epoch is delivered. */
  void endEpoch(int epoch) throws InterruptedException {
    Future<?> delivered =
        thread.submit(
            () -> {
              flush(epoch);
              return null;
            });
    try {
      delivered.get();
    } catch (CancellationException e) {
      throw closedBefore(e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof InterruptedException || cause instanceof InterruptException) {
        throw closedBefore(cause);
      }
      throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }
    dropping.set(false);
  }

  /** Gives up on what Kafka has not taken; counts it as dropped. */
  @Override
  public void close() {
    thread.shutdownNow().stream()
        .filter(Future.class::isInstance)
        .forEach(task -> ((Future<?>) task).cancel(false));
    try {
      if (!thread.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("the thread that sends losses has not stopped");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writer.close();
    long left = budget.held();
    budget.release(left);
    counters.lossesDropped.add(left);
  }

  private static IllegalStateException closedBefore(Throwable cause) {
    return new IllegalStateException("the client was closed before the epoch had ended", cause);
  }

  private void execute(Runnable task) {
    thread.execute(
        () -> {
          try {
            task.run();
          } catch (InterruptException e) {
            LOG.debug("closed while sending");
          } catch (RuntimeException e) {
            defect = e;
          }
        });
  }

  private void buffer(int epoch, long[] ids, float[] losses) {
    if (writer.hasFailed() || epoch < openEpoch) {
      // The epoch is lost, or it was ended, and its losses counted, while these were on their way.
      settled(losses.length, false);
      return;
    }
    for (int i = 0; i < losses.length; i++) {
      buffer.add(ids[i], losses[i]);
    }
  }

  private void flush(int epoch) throws InterruptedException {
    if (defect != null) {
      throw new IllegalStateException("losses of epoch " + epoch + " were not sent", defect);
    }
    writer.check();
    long[] counts = buffer.endEpoch();
    openEpoch = epoch + 1;
    writer.endEpoch(epoch, counts);
    writer.awaitDelivery();
  }

  private void send(LossBatch.Builder batch) {
    int count = batch.getLossesCount();
    writer.report(openEpoch, batch, delivered -> settled(count, delivered.isPresent()));
  }

  private void settled(int count, boolean delivered) {
    (delivered ? counters.lossesSent : counters.lossesDropped).add(count);
    budget.release(count);
  }
}
