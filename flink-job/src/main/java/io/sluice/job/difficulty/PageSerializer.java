package io.sluice.job.difficulty;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout, little-endian: committed difficulties, losses of the open epoch, known bits. Written as
 * one block of bytes, since float by float a restore takes forty times as long.
 */
public final class PageSerializer extends VersionedSerializer<Page> {

  private static final int BYTES = Page.SIZE * 2 * Float.BYTES + Page.WORDS * Long.BYTES;

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(Page page, DataOutputView out) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    block.asFloatBuffer().put(page.committed()).put(page.current());
    block.position(Page.SIZE * 2 * Float.BYTES);
    block.asLongBuffer().put(page.known());
    out.write(block.array());
  }

  @Override
  protected Page read(int version, DataInputView in) throws IOException {
    byte[] bytes = new byte[BYTES];
    in.readFully(bytes);
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] committed = new float[Page.SIZE];
    float[] current = new float[Page.SIZE];
    long[] known = new long[Page.WORDS];
    block.asFloatBuffer().get(committed).get(current);
    block.position(Page.SIZE * 2 * Float.BYTES);
    block.asLongBuffer().get(known);
    return new Page(committed, current, known);
  }

  @Override
  public Page copy(Page page) {
    return page.deepCopy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }
}
