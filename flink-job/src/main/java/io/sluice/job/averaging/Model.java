package io.sluice.job.averaging;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What has to be the same for all parameters that are averaged.
 *
 * @param fingerprint of the names and shapes of the parameters, and of settings
 * @param chunks number of chunks
 */
record Model(long fingerprint, int chunks) {

  void write(DataOutputView out) throws IOException {
    out.writeLong(fingerprint);
    out.writeInt(chunks);
  }

  static Model read(DataInputView in) throws IOException {
    return new Model(in.readLong(), in.readInt());
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format("model %016x of %d chunks", fingerprint, chunks);
  }
}
