package io.sluice.job.ingest;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Some samples of one shard with a loss each, kept as the bytes in which they came: local indices
 * as varint deltas, losses as little-endian floats. About five bytes a loss on the way through the
 * job and in state, and never an object per loss. Immutable.
 */
public final class LossBlock {

  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int MAX_VARINT_BYTES = 10;

  private final int count;
  private final byte[] bytes;
  private final int indicesFrom;
  private final int indicesTo;
  private final int lossesFrom;

  /**
   * @param bytes not to be changed any more; holds {@code count} varints from {@code indicesFrom}
   *     to {@code indicesTo}, and as many floats from {@code lossesFrom} on
   */
  LossBlock(int count, byte[] bytes, int indicesFrom, int indicesTo, int lossesFrom) {
    this.count = count;
    this.bytes = bytes;
    this.indicesFrom = indicesFrom;
    this.indicesTo = indicesTo;
    this.lossesFrom = lossesFrom;
  }

  /**
   * @param indices local indices, ascending; the first {@code count} count
   * @param losses one per index
   */
  static LossBlock of(long[] indices, float[] losses, int count) {
    byte[] bytes = new byte[count * (MAX_VARINT_BYTES + Float.BYTES)];
    for (int i = 0; i < count; i++) {
      FLOATS.set(bytes, i * Float.BYTES, losses[i]);
    }
    int lossBytes = count * Float.BYTES;
    int at = lossBytes;
    long previous = 0;
    for (int i = 0; i < count; i++) {
      long delta = indices[i] - previous;
      previous = indices[i];
      for (; delta > 0x7F; delta >>>= 7) {
        bytes[at++] = (byte) (delta | 0x80);
      }
      bytes[at++] = (byte) delta;
    }
    return new LossBlock(count, bytes, lossBytes, at, 0);
  }

  /** Number of losses. */
  public int count() {
    return count;
  }

  /**
   * Writes out what the block holds, in the order of the batch.
   *
   * @param indices gets the local indices, ascending; at least {@link #count()} long
   * @param losses gets the losses; at least as long
   */
  public void decode(long[] indices, float[] losses) {
    int at = indicesFrom;
    long index = 0;
    for (int i = 0; i < count; i++) {
      long delta = bytes[at++];
      if (delta < 0) {
        delta &= 0x7F;
        int shift = 7;
        byte next;
        do {
          next = bytes[at++];
          delta |= (next & 0x7FL) << shift;
          shift += 7;
        } while (next < 0);
      }
      index += delta;
      indices[i] = index;
    }
    for (int i = 0; i < count; i++) {
      losses[i] = (float) FLOATS.get(bytes, lossesFrom + i * Float.BYTES);
    }
  }

  /** Layout: number of losses, length of the indices' bytes, those bytes, bytes of the losses. */
  void write(DataOutputView out) throws IOException {
    out.writeInt(count);
    out.writeInt(indicesTo - indicesFrom);
    out.write(bytes, indicesFrom, indicesTo - indicesFrom);
    out.write(bytes, lossesFrom, count * Float.BYTES);
  }

  static LossBlock read(DataInputView in) throws IOException {
    int count = in.readInt();
    int indexBytes = in.readInt();
    byte[] bytes = new byte[indexBytes + count * Float.BYTES];
    in.readFully(bytes);
    return new LossBlock(count, bytes, 0, indexBytes, indexBytes);
  }
}
