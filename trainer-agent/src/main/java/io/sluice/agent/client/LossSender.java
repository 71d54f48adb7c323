package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.LossBatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the training loop and Kafka: its one thread is the only one that may wait for
 * Kafka's producer. What is reported lands in a queue, bounded by the {@link LossBudget}; closes
 * and flushes stand in the same queue, so each loss counts for the epoch that was open when it was
 * reported.
 */
final class LossSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LossSender.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /**
   * Losses of one shard in a record, where the capacity allows it: 5 to 6 KB, of which what a
   * record costs by itself is less than a hundredth.
   */
  private static final int BATCH_SIZE = 1024;

  /**
   * Losses that are handed to the sender's thread in one go. A thread that wakes for each batch of
   * the training takes a core from it each time, just for long enough to hold up the others.
   */
  private static final int HANDED_OVER = 4096;

  private final EventWriter writer;
  private final ClientCounters counters;
  private final int capacity;
  private final LossBudget budget;
  private final LossBuffer buffer;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "sluice-loss-sender");
            created.setDaemon(true);
            return created;
          });

  // Guarded by this, and so is the order of the queue.
  private int openEpoch;
  private boolean dropping;
  private final long[] gatheredIds;
  private final float[] gatheredLosses;

  /** Of each loss, the mean of those that it was reported with; null where nobody asks for it. */
  private final float[] gatheredMeans;

  private int gathered;

  // Of the sender's thread.
  private int sendingEpoch;
  private RuntimeException defect;

  /**
   * @param capacity most losses held that Kafka has not taken
   * @param relative whether losses relative to their mini-batch's mean are sent, too
   */
  LossSender(
      EventWriter writer,
      Sharding sharding,
      int capacity,
      boolean relative,
      ClientCounters counters,
      int firstEpoch) {
    this.writer = writer;
    this.openEpoch = firstEpoch;
    this.sendingEpoch = firstEpoch;
    this.counters = counters;
    this.capacity = capacity;
    this.budget = new LossBudget(capacity);
    // Together with what waits for a batch to fill, at most three quarters of the capacity.
    this.gatheredIds = new long[Math.min(HANDED_OVER, capacity / 4)];
    this.gatheredLosses = new float[gatheredIds.length];
    this.gatheredMeans = relative ? new float[gatheredIds.length] : null;
    this.buffer =
        new LossBuffer(sharding, batchSize(capacity, sharding.shards()), relative, this::send);
  }

  /** Lets at most half of the capacity wait in the shards' buffers for a batch to fill. */
  static int batchSize(int capacity, int shards) {
    return Math.max(1, Math.min(BATCH_SIZE, capacity / 2 / shards));
  }

  /** See {@link SelectionClient#report}. */
  synchronized void report(int epoch, long[] ids, float[] losses, int count) {
    if (epoch != openEpoch) {
      throw new IllegalArgumentException(
          "losses of epoch " + epoch + " while epoch " + openEpoch + " is open");
    }
    counters.lossesReported.add(count);
    int admitted = budget.admit(count);
    gather(ids, losses, admitted, gatheredMeans == null ? 0 : mean(losses, count));
    if (admitted < count) {
      counters.lossesDropped.add(count - admitted);
      if (!dropping) {
        dropping = true;
        LOG.warn(
            "Kafka has not taken the last {} losses yet; dropping further ones of epoch {}, whose"
                + " samples keep their difficulty (loss-buffer sets the limit)",
            capacity,
            epoch);
      }
    }
  }

  /** Of those that are finite, since the job refuses the others alone; 0 if none is. */
  private static float mean(float[] losses, int count) {
    double sum = 0;
    int finite = 0;
    for (int i = 0; i < count; i++) {
      if (Float.isFinite(losses[i])) {
        sum += losses[i];
        finite++;
      }
    }
    return finite == 0 ? 0 : (float) (sum / finite);
  }

  private void gather(long[] ids, float[] losses, int count, float mean) {
    for (int from = 0; from < count; ) {
      int taken = Math.min(count - from, gatheredIds.length - gathered);
      System.arraycopy(ids, from, gatheredIds, gathered, taken);
      System.arraycopy(losses, from, gatheredLosses, gathered, taken);
      if (gatheredMeans != null) {
        Arrays.fill(gatheredMeans, gathered, gathered + taken, mean);
      }
      gathered += taken;
      from += taken;
      if (gathered == gatheredIds.length) {
        handOverGathered();
      }
    }
  }

  private void handOverGathered() {
    long[] ids = Arrays.copyOf(gatheredIds, gathered);
    float[] losses = Arrays.copyOf(gatheredLosses, gathered);
    float[] means = gatheredMeans == null ? null : Arrays.copyOf(gatheredMeans, gathered);
    gathered = 0;
    execute(() -> buffer(ids, losses, means));
  }

  void declare(List<IdRange> samples, int fromEpoch, Labels labels) {
    execute(() -> writer.declare(samples, fromEpoch, labels));
  }

  /**
   * Ends the epoch after all that was reported so far, and opens the next.
   *
   * @return {@link System#nanoTime} when Kafka had taken all of it
   */
  synchronized CompletableFuture<Long> closeEpoch(int epoch) {
    if (epoch != openEpoch) {
      throw new IllegalArgumentException(
          "cannot end epoch " + epoch + " while epoch " + openEpoch + " is open");
    }
    openEpoch = epoch + 1;
    dropping = false;
    return handOver(
        () -> {
          long[] counts = buffer.endEpoch();
          sendingEpoch = epoch + 1;
          writer.endEpoch(epoch, counts);
        });
  }

  /** Opens the next epoch without a word to the job about this one. */
  synchronized void skipEpoch(int epoch) {
    if (epoch != openEpoch || gathered > 0) {
      throw new IllegalArgumentException(
          "cannot skip epoch " + epoch + " while epoch " + openEpoch + " is open");
    }
    openEpoch = epoch + 1;
    execute(() -> sendingEpoch = epoch + 1);
  }

  /**
   * Sends all that was reported so far.
   *
   * @return {@link System#nanoTime} when Kafka had taken all of it
   */
  synchronized CompletableFuture<Long> flush() {
    return handOver(buffer::flush);
  }

  /** Gives up on what Kafka has not taken; counts it as dropped. */
  @Override
  public void close() {
    for (Runnable task : thread.shutdownNow()) {
      if (task instanceof Handover handover) {
        handover.abandon(null);
      }
    }
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

  /** With the lock held. */
  private CompletableFuture<Long> handOver(Runnable writing) {
    handOverGathered();
    Handover handover = new Handover(writing);
    thread.execute(handover);
    return handover.delivered;
  }

  private void buffer(long[] ids, float[] losses, float[] means) {
    if (writer.hasFailed()) {
      settled(losses.length, false);
      return;
    }
    for (int i = 0; i < losses.length; i++) {
      buffer.add(ids[i], losses[i], means == null ? 0 : losses[i] - means[i]);
    }
  }

  private void send(LossBatch.Builder batch) {
    int count = batch.getLossesCount();
    writer.report(sendingEpoch, batch, delivered -> settled(count, delivered.isPresent()));
  }

  private void settled(int count, boolean delivered) {
    (delivered ? counters.lossesSent : counters.lossesDropped).add(count);
    budget.release(count);
  }

  /** Writes something, then waits until Kafka has taken it and all that was written before. */
  private final class Handover implements Runnable {
    private final Runnable writing;
    private final CompletableFuture<Long> delivered = new CompletableFuture<>();

    Handover(Runnable writing) {
      this.writing = writing;
    }

    @Override
    public void run() {
      try {
        if (defect != null) {
          throw new IllegalStateException(
              "losses of epoch " + sendingEpoch + " were not sent", defect);
        }
        writer.check();
        writing.run();
        writer.awaitDelivery();
        delivered.complete(System.nanoTime());
      } catch (InterruptedException | InterruptException e) {
        abandon(e);
      } catch (Throwable e) {
        // Whoever waits must learn of an Error, too.
        delivered.completeExceptionally(e);
      }
    }

    void abandon(Throwable cause) {
      delivered.completeExceptionally(
          new IllegalStateException("the client was closed before the epoch had ended", cause));
    }
  }
}
