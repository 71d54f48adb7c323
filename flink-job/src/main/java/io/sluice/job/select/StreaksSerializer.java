package io.sluice.job.select;

import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: a byte per sample of a page. A value is not changed once it is state. */
public final class StreaksSerializer extends VersionedSerializer<byte[]> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(byte[] streaks, DataOutputView out) throws IOException {
    out.write(streaks);
  }

  @Override
  protected byte[] read(int version, DataInputView in) throws IOException {
    byte[] streaks = new byte[PageCodes.SIZE];
    in.readFully(streaks);
    return streaks;
  }
}
