package io.sluice.job.difficulty;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout, little-endian: a byte that says which arrays follow; committed difficulties, losses of
 * the open epoch, known bits. Written as one block of bytes, since float by float a restore takes
 * forty times as long.
 *
 * <p>Version 1 had no such byte: all three always followed.
 */
public final class PageSerializer extends VersionedSerializer<Page> {

  private static final int HAS_COMMITTED = 1;
  private static final int HAS_CURRENT = 2;

  private static final int FLOAT_BYTES = Page.SIZE * Float.BYTES;
  private static final int KNOWN_BYTES = Page.WORDS * Long.BYTES;

  @Override
  protected int version() {
    return 2;
  }

  @Override
  protected void write(Page page, DataOutputView out) throws IOException {
    float[] committed = page.committed();
    float[] current = isMeasured(page.current()) ? page.current() : null;
    ByteBuffer block =
        ByteBuffer.allocate(bytes(committed != null, current != null))
            .order(ByteOrder.LITTLE_ENDIAN);
    put(committed, block);
    put(current, block);
    block.asLongBuffer().put(page.known());
    out.writeByte((committed == null ? 0 : HAS_COMMITTED) | (current == null ? 0 : HAS_CURRENT));
    out.write(block.array());
  }

  @Override
  protected Page read(int version, DataInputView in) throws IOException {
    int arrays = version == 1 ? HAS_COMMITTED | HAS_CURRENT : in.readByte();
    boolean hasCommitted = (arrays & HAS_COMMITTED) != 0;
    boolean hasCurrent = (arrays & HAS_CURRENT) != 0;
    byte[] bytes = new byte[bytes(hasCommitted, hasCurrent)];
    in.readFully(bytes);
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] committed = hasCommitted ? get(block) : null;
    float[] current = hasCurrent ? get(block) : null;
    long[] known = new long[Page.WORDS];
    block.asLongBuffer().get(known);
    return new Page(committed, current, known);
  }

  /** Shares arrays until either page writes, which is as good as a deep copy. */
  @Override
  public Page copy(Page page) {
    return page.copy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  /** Between a close and the next losses there is an array of nothing. */
  private static boolean isMeasured(float[] current) {
    if (current != null) {
      for (float loss : current) {
        if (!Float.isNaN(loss)) {
          return true;
        }
      }
    }
    return false;
  }

  private static int bytes(boolean hasCommitted, boolean hasCurrent) {
    return (hasCommitted ? FLOAT_BYTES : 0) + (hasCurrent ? FLOAT_BYTES : 0) + KNOWN_BYTES;
  }

  private static void put(float[] values, ByteBuffer block) {
    if (values != null) {
      block.asFloatBuffer().put(values);
      block.position(block.position() + FLOAT_BYTES);
    }
  }

  private static float[] get(ByteBuffer block) {
    float[] values = new float[Page.SIZE];
    block.asFloatBuffer().get(values);
    block.position(block.position() + FLOAT_BYTES);
    return values;
  }
}
