package io.sluice.job.difficulty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Unsigned shorts in one block, little-endian. */
final class CharBytes {

  private CharBytes() {}

  static void write(char[] values, DataOutputView out) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Character.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asCharBuffer().put(values);
    out.write(bytes.array());
  }

  static char[] read(int count, DataInputView in) throws IOException {
    byte[] bytes = new byte[count * Character.BYTES];
    in.readFully(bytes);
    char[] values = new char[count];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().get(values);
    return values;
  }
}
