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

  /** Takes losses of the open epoch. */
  void measure(LossBlock block) throws Exception {
    int count = block.count();
    if (indices.length < count) {
      indices = new long[count];
      losses = new float[count];
    }
    block.decode(indices, losses);
    int from = 0;
    while (from < count) {
      long number = Page.numberOf(indices[from]);
      int to = from + 1;
      while (to < count && Page.numberOf(indices[to]) == number) {
        to++;
      }
      change(number).measure(indices, losses, from, to);
      from = to;
    }
  }

  /** Samples exist from now on. */
  void know(long first, long count) throws Exception {
    long index = first;
    long end = first + count;
    while (index < end) {
      long number = Page.numberOf(index);
      long next = Math.min(end, (number + 1) << Page.BITS);
      change(number).know(Page.slotOf(index), Page.slotOf(index) + (int) (next - index));
      index = next;
    }
  }

  /** The page, made if there is none, to be changed. */
  Page change(long number) throws Exception {
    Page page = changed.get(number);
    if (page == null) {
      page = state.get(number);
      if (page == null) {
        guard.grow(shard);
        page = new Page();
      }
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
