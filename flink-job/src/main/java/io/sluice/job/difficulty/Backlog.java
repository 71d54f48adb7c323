package io.sluice.job.difficulty;

import io.sluice.job.difficulty.Pages.Measured;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Losses of the open epoch that are not in the shard's pages yet, as they came. Appending costs the
 * same however large the shard is. Read and written per batch, pages would cost RocksDB fifty times
 * as much as the losses, and the heap a cache miss for every second loss.
 *
 * <p>State, by shard: the losses; how many they are, and how many are to be applied in one go.
 */
final class Backlog {

  /** Losses of one full batch; with fewer in one go there is nothing to gain. */
  private static final long LEAST = 1024;

  /**
   * What part of the shard's samples has its losses applied in one go. On the heap, some 250 losses
   * a page, and less than half a byte of state a sample.
   */
  private static final int PART_ON_HEAP = 16;

  /** On disk a page is read and written each time, so fewer times are better. */
  private static final int PART_ON_DISK = 4;

  /**
   * @param losses how many there are
   * @param limit with how many they are applied
   */
  record Size(long losses, long limit) {

    static final Size NONE = new Size(0, LEAST);
  }

  /** Layout: losses, limit. */
  public static final class SizeSerializer extends VersionedSerializer<Size> {

    @Override
    protected int version() {
      return 1;
    }

    @Override
    protected void write(Size size, DataOutputView out) throws IOException {
      out.writeLong(size.losses());
      out.writeLong(size.limit());
    }

    @Override
    protected Size read(int version, DataInputView in) throws IOException {
      return new Size(in.readLong(), in.readLong());
    }
  }

  private final ListState<ShardEvent> batches;
  private final ValueState<Size> size;
  private final int part;

  /**
   * @param onHeap whether the state backend keeps state on the heap
   */
  Backlog(RuntimeContext context, boolean onHeap) {
    part = onHeap ? PART_ON_HEAP : PART_ON_DISK;
    batches = context.getListState(new ListStateDescriptor<>("backlog", ShardEvent.TYPE));
    size = context.getState(new ValueStateDescriptor<>("backlog-size", new SizeSerializer()));
  }

  /** Returns whether it is time to apply what there is. */
  boolean add(Losses batch) throws Exception {
    Size before = size();
    long losses = before.losses() + batch.block().count();
    batches.add(batch);
    size.update(new Size(losses, before.limit()));
    return losses >= before.limit();
  }

  /** Told of each batch that has moved into the pages. */
  interface Applied {
    void applied(Losses batch, Measured measured);
  }

  /** Moves all losses into the pages, which are still to be written. */
  void applyTo(Pages pages, Applied applied) throws Exception {
    Size before = size();
    if (before.losses() == 0) {
      return;
    }
    for (ShardEvent event : batches.get()) {
      Losses batch = (Losses) event;
      applied.applied(batch, pages.measure(batch.block()));
    }
    batches.clear();
    size.update(new Size(0, before.limit()));
  }

  /** Has the shard's number of samples decide how many losses are applied in one go. */
  void sizeFor(long samples) throws Exception {
    size.update(new Size(size().losses(), Math.max(LEAST, samples / part)));
  }

  private Size size() throws Exception {
    Size now = size.value();
    return now == null ? Size.NONE : now;
  }
}
