package io.sluice.job.difficulty;

import io.sluice.protocol.UserError;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells early, when samples are declared and not when memory runs out, that the state of a run does
 * not fit the heap. Subtasks of one process share its heap, so they count together.
 */
final class HeapGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeapGuard.class);

  /** What the subtasks of this process hold. */
  private static final AtomicLong PAGES_IN_PROCESS = new AtomicLong();

  /**
   * Heap for a sample: 8.1 bytes of page, up to 0.5 of losses that wait to be applied, 2.1 of
   * difficulty codes from an epoch's close until its plan is made.
   */
  private static final double BYTES_PER_SAMPLE = 11;

  /** While a checkpoint is written, losses of the open epoch that come in meanwhile stand twice. */
  private static final double CHECKPOINT_BYTES_PER_SAMPLE = 4;

  /** The rest is for everything but samples. */
  private static final double USABLE = 0.9;

  private final long heapBytes;
  private final AtomicLong all;
  private final Map<Integer, Long> pagesByShard = new HashMap<>();
  private boolean warned;

  /** For state that is not on the heap. */
  static HeapGuard none() {
    return new HeapGuard(Long.MAX_VALUE, new AtomicLong());
  }

  /** For state on the heap of this process. */
  static HeapGuard ofProcess() {
    return new HeapGuard(Runtime.getRuntime().maxMemory(), PAGES_IN_PROCESS);
  }

  /**
   * @param heapBytes most that the heap can hold
   * @param all pages that all who share the heap hold
   */
  HeapGuard(long heapBytes, AtomicLong all) {
    this.heapBytes = heapBytes;
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
    double samples = (double) all.addAndGet(more) * Page.SIZE;
    double room = heapBytes * USABLE;
    if (samples * BYTES_PER_SAMPLE > room) {
      throw new UserError(text(samples, "which do not fit"));
    }
    if (!warned && samples * (BYTES_PER_SAMPLE + CHECKPOINT_BYTES_PER_SAMPLE) > room) {
      warned = true;
      LOG.warn("{}", text(samples, "which may not fit while a checkpoint is written"));
    }
  }

  private String text(double samples, String problem) {
    return String.format(
        Locale.ROOT,
        "This task manager holds pages for %,.0f samples: about %.1f GB of heap, %.1f GB while a"
            + " checkpoint is written, %s its %.1f GB. Either spread the job over more task"
            + " managers (or give each more memory), or keep the state on disk with Flink's"
            + " setting state.backend.type: rocksdb.",
        samples,
        samples * BYTES_PER_SAMPLE / 1e9,
        samples * (BYTES_PER_SAMPLE + CHECKPOINT_BYTES_PER_SAMPLE) / 1e9,
        problem,
        heapBytes / 1e9);
  }

  /** The subtask ends; what it held is free. */
  @Override
  public void close() {
    all.addAndGet(-pagesByShard.values().stream().mapToLong(Long::longValue).sum());
    pagesByShard.clear();
  }
}
