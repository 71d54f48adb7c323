package io.sluice.job.difficulty;

import io.sluice.job.ingest.LossBlock;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.state.MapState;

/**
 * The pages of the shard that is current in the state. What is changed is held here until {@link
 * #write}, so that a bulk of losses reads and writes each page that it touches once.
 */
final class Pages {

  private final MapState<Long, Page> state;
  private final HeapGuard guard;
  private final Map<Long, Page> changed = new HashMap<>();
  private int shard;
  private long[] indices = new long[0];
  private float[] losses = new float[0];

  Pages(MapState<Long, Page> state, HeapGuard guard) {
    this.state = state;
    this.guard = guard;
  }

  /** Turns to a shard, which has to be the one that is current in the state. */
  void of(int currentShard) {
    shard = currentShard;
  }

  /**
   * What became of a batch's losses.
   *
   * @param taken in the pages now
   * @param unknown of samples that nobody has declared
   * @param retired of samples that are gone for good
   */
  record Measured(int taken, int unknown, int retired) {}

  /** Takes losses of the open epoch, as far as there are such samples. */
  Measured measure(LossBlock block) throws Exception {
    int count = block.count();
    if (indices.length < count) {
      indices = new long[count];
      losses = new float[count];
    }
    block.decode(indices, losses);
    int taken = 0;
    int retired = 0;
    int from = 0;
    while (from < count) {
      long number = Page.numberOf(indices[from]);
      int to = from + 1;
      while (to < count && Page.numberOf(indices[to]) == number) {
        to++;
      }
      Page page = find(number);
      if (page != null) {
        int takenHere = page.measure(indices, losses, from, to);
        taken += takenHere;
        retired += takenHere == to - from ? 0 : retiredOf(page, from, to);
      }
      from = to;
    }
    return new Measured(taken, count - taken - retired, retired);
  }

  private int retiredOf(Page page, int from, int to) {
    int retired = 0;
    for (int i = from; i < to; i++) {
      retired += page.isRetired(Page.slotOf(indices[i])) ? 1 : 0;
    }
    return retired;
  }

  /**
   * Samples exist from now on, unless they were retired.
   *
   * @return how many did not exist before
   */
  long know(long first, long count) throws Exception {
    return change(first, count, Page::know);
  }

  /**
   * Samples are of classes.
   *
   * @param labels class of each, from {@code from} on
   */
  void label(long first, long count, char[] labels, int from) throws Exception {
    int next = from;
    for (long index = first; index < first + count; ) {
      long number = Page.numberOf(index);
      int here = (int) (Math.min(first + count, (number + 1) << Page.BITS) - index);
      change(number).label(Page.slotOf(index), labels, next, next + here);
      next += here;
      index += here;
    }
  }

  /**
   * Samples are gone for good, and stay so if somebody declares them later.
   *
   * @return how many were not retired before
   */
  long retire(long first, long count) throws Exception {
    return change(first, count, Page::retire);
  }

  private interface Change {
    int apply(Page page, int fromSlot, int toSlot);
  }

  private long change(long first, long count, Change change) throws Exception {
    long changedSamples = 0;
    long index = first;
    long end = first + count;
    while (index < end) {
      long number = Page.numberOf(index);
      long next = Math.min(end, (number + 1) << Page.BITS);
      int fromSlot = Page.slotOf(index);
      changedSamples += change.apply(change(number), fromSlot, fromSlot + (int) (next - index));
      index = next;
    }
    return changedSamples;
  }

  /** The page, to be changed; null if there is none. */
  private Page find(long number) throws Exception {
    Page page = changed.get(number);
    if (page == null) {
      page = state.get(number);
      if (page != null) {
        changed.put(number, page);
      }
    }
    return page;
  }

  /** The page, made if there is none, to be changed. */
  Page change(long number) throws Exception {
    Page page = find(number);
    if (page == null) {
      guard.grow(shard);
      page = new Page();
      changed.put(number, page);
    }
    return page;
  }

  /** Numbers of all pages, ascending. */
  long[] numbers() throws Exception {
    LongStream stored =
        StreamSupport.stream(state.keys().spliterator(), false).mapToLong(Long::longValue);
    LongStream held = changed.keySet().stream().mapToLong(Long::longValue);
    long[] numbers = LongStream.concat(stored, held).sorted().distinct().toArray();
    guard.holds(shard, numbers.length);
    return numbers;
  }

  /** Writes one page that was changed. */
  void write(long number) throws Exception {
    state.put(number, changed.remove(number));
  }

  /** Writes all that was changed. */
  void write() throws Exception {
    for (Map.Entry<Long, Page> page : changed.entrySet()) {
      state.put(page.getKey(), page.getValue());
    }
    changed.clear();
  }
}
