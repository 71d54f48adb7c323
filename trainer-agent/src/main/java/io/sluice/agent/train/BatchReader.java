package io.sluice.agent.train;

import io.sluice.agent.data.SampleShape;
import io.sluice.agent.data.SampleSplit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Decodes the next batches in the background while one is trained on. For one caller's thread. */
final class BatchReader implements AutoCloseable {
  private final int batchSize;
  private final ExecutorService decoders;
  private final Deque<Batch> free = new ArrayDeque<>();
  private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
  private Batch current;
  private SampleSplit split;
  private long[] ids = {};
  private int position;

  BatchReader(SampleShape shape, int batchSize, int threads) {
    this.batchSize = batchSize;
    decoders =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "sluice-decode");
              thread.setDaemon(true);
              return thread;
            });
    for (int i = 0; i < threads + 2; i++) {
      free.add(new Batch(shape, batchSize));
    }
  }

  /**
   * Begins to read these samples, in this order. Call it when {@link #next} has returned null.
   *
   * @param first place of the first to be read
   */
  void start(SampleSplit from, long[] samples, int first) {
    split = from;
    ids = samples;
    position = first;
    submit();
  }

  /** The next batch, or null after the last. The one before must not be used any more. */
  Batch next() throws InterruptedException {
    if (current != null) {
      free.add(current);
      current = null;
    }
    submit();
    Future<Batch> first = ahead.poll();
    if (first == null) {
      return null;
    }
    try {
      current = first.get();
      return current;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("Could not decode a batch", e.getCause());
    }
  }

  /** Gives up on what {@link #next} has not returned yet. */
  void skipRest() throws InterruptedException {
    position = ids.length;
    while (next() != null) {
      // decoded already, or about to be
    }
  }

  private void submit() {
    while (position < ids.length && !free.isEmpty()) {
      Batch batch = free.remove();
      SampleSplit from = split;
      long[] source = ids;
      int start = position;
      int size = Math.min(batchSize, ids.length - start);
      ahead.add(decoders.submit(() -> batch.fill(from, source, start, size)));
      position += size;
    }
  }

  @Override
  public void close() throws InterruptedException {
    decoders.shutdownNow();
    decoders.awaitTermination(10, TimeUnit.SECONDS);
  }
}
