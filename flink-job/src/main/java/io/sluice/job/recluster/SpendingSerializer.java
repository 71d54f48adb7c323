package io.sluice.job.recluster;

import io.sluice.job.selection.Spending;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: samples known, samples selected. */
public final class SpendingSerializer extends VersionedSerializer<Spending> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(Spending spending, DataOutputView out) throws IOException {
    out.writeDouble(spending.known());
    out.writeDouble(spending.selected());
  }

  @Override
  protected Spending read(int version, DataInputView in) throws IOException {
    return new Spending(in.readDouble(), in.readDouble());
  }
}
