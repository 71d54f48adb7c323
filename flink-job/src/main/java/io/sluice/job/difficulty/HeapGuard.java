package io.sluice.job.difficulty;

import io.sluice.protocol.UserError;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells early, when samples are declared and not when memory runs out, that the state of a run does
 * not fit the heap. Subtasks of one process share its heap, so they count together.
 */
final class HeapGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeapGuard.class);

  /** Shared by the subtasks of this process. */
  private static final Tally PROCESS = new Tally();

  /** What all who share a heap hold, and whether one of them has warned. */
  static final class Tally {
    final AtomicLong pages = new AtomicLong();
    final AtomicBoolean warned = new AtomicBoolean();
  }

  /**
   * Heap for a sample without detail: 8.1 bytes of page, up to 0.5 of losses that wait to be
   * applied, 2.1 of difficulty codes from an epoch's close until its plan is made.
   */
  static final double BYTES_PER_SAMPLE = 11;

  /** While a checkpoint is written, losses of the open epoch that come in meanwhile stand twice. */
  private static final double CHECKPOINT_BYTES_PER_SAMPLE = 4;

  /** The rest is for everything but samples. */
  private static final double USABLE = 0.9;

  private final long heapBytes;
  private final double bytesPerSample;
  private final Tally all;
  private final Map<Integer, Long> pagesByShard = new HashMap<>();

  /** For state that is not on the heap. */
  static HeapGuard none() {
    return new HeapGuard(Long.MAX_VALUE, BYTES_PER_SAMPLE, new Tally());
  }

  /** For state on the heap of this process. */
  static HeapGuard ofProcess(Detail detail) {
    return new HeapGuard(
        Runtime.getRuntime().maxMemory(), BYTES_PER_SAMPLE + detail.bytesPerSample(), PROCESS);
  }

  /**
   * @param heapBytes most that the heap can hold
   * @param bytesPerSample heap for a sample
   * @param all what everybody who shares the heap holds together
   */
  HeapGuard(long heapBytes, double bytesPerSample, Tally all) {
    this.heapBytes = heapBytes;
    this.bytesPerSample = bytesPerSample;
    this.all = all;
  }

  /**
   * A shard has one page more.
   *
   * @throws UserError when what this process holds does not fit its heap
   */
  void grow(int shard) {
    holds(shard, pagesByShard.getOrDefault(shard, 0L) + 1);
  }

  /**
   * A shard has so many pages; the first time that a restored one is counted, it says how many.
   *
   * @throws UserError when what this process holds does not fit its heap
   */
  void holds(int shard, long pages) {
    Long before = pagesByShard.put(shard, pages);
    long more = pages - (before == null ? 0 : before);
    if (more == 0) {
      return;
    }
    double samples = (double) all.pages.addAndGet(more) * Page.SIZE;
    double room = heapBytes * USABLE;
    if (samples * bytesPerSample > room) {
      throw new UserError(text(samples, "does not fit"));
    }
    if (samples * (bytesPerSample + CHECKPOINT_BYTES_PER_SAMPLE) > room
        && all.warned.compareAndSet(false, true)) {
      LOG.warn("{}", text(samples, "may not fit"));
    }
  }

  private String text(double samples, String problem) {
    return String.format(
        Locale.ROOT,
        "This task manager holds pages for %,.0f samples, about %.1f GB and up to %.1f GB while a"
            + " checkpoint is written. That %s: its heap has %.1f GB. Either spread the job over"
            + " more task managers (or give each more memory), or keep the state on disk with"
            + " Flink's setting state.backend.type: rocksdb.",
        samples,
        samples * bytesPerSample / 1e9,
        samples * (bytesPerSample + CHECKPOINT_BYTES_PER_SAMPLE) / 1e9,
        problem,
        heapBytes / 1e9);
  }

  /** The subtask ends; what it held is free. */
  @Override
  public void close() {
    long left =
        all.pages.addAndGet(-pagesByShard.values().stream().mapToLong(Long::longValue).sum());
    pagesByShard.clear();
    if (left == 0) {
      all.warned.set(false);
    }
  }
}
