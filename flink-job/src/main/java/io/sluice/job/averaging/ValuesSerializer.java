package io.sluice.job.averaging;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: length, bytes. Values are never changed, so a copy is the same array. */
public final class ValuesSerializer extends VersionedSerializer<byte[]> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(byte[] values, DataOutputView out) throws IOException {
    out.writeInt(values.length);
    out.write(values);
  }

  @Override
  protected byte[] read(int version, DataInputView in) throws IOException {
    byte[] values = new byte[in.readInt()];
    in.readFully(values);
    return values;
  }
}
