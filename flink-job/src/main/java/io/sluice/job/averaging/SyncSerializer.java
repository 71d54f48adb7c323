package io.sluice.job.averaging;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: epoch, step, whether it ends the epoch. */
public final class SyncSerializer extends VersionedSerializer<Sync> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(Sync sync, DataOutputView out) throws IOException {
    sync.write(out);
  }

  @Override
  protected Sync read(int version, DataInputView in) throws IOException {
    return Sync.read(in);
  }
}
