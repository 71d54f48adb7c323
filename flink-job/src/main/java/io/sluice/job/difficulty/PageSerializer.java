package io.sluice.job.difficulty;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout, little-endian: a byte that says which arrays follow; committed difficulties, losses of
 * the open epoch, known bits, retired bits, epochs measured and missed, labels. The first four are
 * written as one block of bytes, since float by float a restore takes forty times as long.
 *
 * <p>Version 1 had no such byte: the first three always followed. Up to version 2 no sample could
 * be retired, and a loss made a sample known. Version 3 ended with the retired bits.
 */
public final class PageSerializer extends VersionedSerializer<Page> {

  private static final int HAS_COMMITTED = 1;
  private static final int HAS_CURRENT = 2;
  private static final int HAS_RETIRED = 4;
  private static final int HAS_INCLUSION = 8;
  private static final int HAS_LABELS = 16;

  private static final int FLOAT_BYTES = Page.SIZE * Float.BYTES;
  private static final int BIT_BYTES = Page.WORDS * Long.BYTES;

  @Override
  protected int version() {
    return 4;
  }

  @Override
  protected void write(Page page, DataOutputView out) throws IOException {
    float[] committed = page.committed();
    float[] current = isMeasured(page.current()) ? page.current() : null;
    long[] retired = page.retired();
    ByteBuffer block =
        ByteBuffer.allocate(bytes(committed != null, current != null, retired != null))
            .order(ByteOrder.LITTLE_ENDIAN);
    put(committed, block);
    put(current, block);
    put(page.known(), block);
    put(retired, block);
    out.writeByte(
        (committed == null ? 0 : HAS_COMMITTED)
            | (current == null ? 0 : HAS_CURRENT)
            | (retired == null ? 0 : HAS_RETIRED)
            | (page.inclusion() == null ? 0 : HAS_INCLUSION)
            | (page.labels() == null ? 0 : HAS_LABELS));
    out.write(block.array());
    if (page.inclusion() != null) {
      CharBytes.write(page.inclusion().measured(), out);
      CharBytes.write(page.inclusion().missed(), out);
    }
    if (page.labels() != null) {
      CharBytes.write(page.labels(), out);
    }
  }

  @Override
  protected Page read(int version, DataInputView in) throws IOException {
    int arrays = version == 1 ? HAS_COMMITTED | HAS_CURRENT : in.readByte();
    boolean hasCommitted = (arrays & HAS_COMMITTED) != 0;
    boolean hasCurrent = (arrays & HAS_CURRENT) != 0;
    boolean hasRetired = (arrays & HAS_RETIRED) != 0;
    byte[] bytes = new byte[bytes(hasCommitted, hasCurrent, hasRetired)];
    in.readFully(bytes);
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] committed = hasCommitted ? getFloats(block) : null;
    float[] current = hasCurrent ? getFloats(block) : null;
    long[] known = getBits(block);
    if (version < 3) {
      markMeasured(current, known);
    }
    return new Page(
        committed,
        current,
        known,
        hasRetired ? getBits(block) : null,
        (arrays & HAS_INCLUSION) == 0
            ? null
            : new Inclusion(CharBytes.read(Page.SIZE, in), CharBytes.read(Page.SIZE, in)),
        (arrays & HAS_LABELS) == 0 ? null : CharBytes.read(Page.SIZE, in));
  }

  private static void markMeasured(float[] current, long[] known) {
    if (current != null) {
      for (int slot = 0; slot < Page.SIZE; slot++) {
        known[slot >>> 6] |= Float.isNaN(current[slot]) ? 0 : 1L << slot;
      }
    }
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

  private static int bytes(boolean hasCommitted, boolean hasCurrent, boolean hasRetired) {
    return (hasCommitted ? FLOAT_BYTES : 0)
        + (hasCurrent ? FLOAT_BYTES : 0)
        + BIT_BYTES
        + (hasRetired ? BIT_BYTES : 0);
  }

  private static void put(float[] values, ByteBuffer block) {
    if (values != null) {
      block.asFloatBuffer().put(values);
      block.position(block.position() + FLOAT_BYTES);
    }
  }

  private static void put(long[] bits, ByteBuffer block) {
    if (bits != null) {
      block.asLongBuffer().put(bits);
      block.position(block.position() + BIT_BYTES);
    }
  }

  private static float[] getFloats(ByteBuffer block) {
    float[] values = new float[Page.SIZE];
    block.asFloatBuffer().get(values);
    block.position(block.position() + FLOAT_BYTES);
    return values;
  }

  private static long[] getBits(ByteBuffer block) {
    long[] bits = new long[Page.WORDS];
    block.asLongBuffer().get(bits);
    block.position(block.position() + BIT_BYTES);
    return bits;
  }
}
