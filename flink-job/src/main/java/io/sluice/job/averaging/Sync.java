package io.sluice.job.averaging;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A synchronisation: a moment of training at which all ranks take the mean of their parameters.
 *
 * @param epoch the epoch that is trained, from 0
 * @param step its number within the epoch, from 1
 * @param endsEpoch whether it is the epoch's last
 */
record Sync(int epoch, int step, boolean endsEpoch) {

  /** Whether both are the same moment. */
  boolean isSame(Sync other) {
    return epoch == other.epoch && step == other.step;
  }

  boolean isBefore(Sync other) {
    return epoch < other.epoch || (epoch == other.epoch && step < other.step);
  }

  void write(DataOutputView out) throws IOException {
    out.writeInt(epoch);
    out.writeInt(step);
    out.writeBoolean(endsEpoch);
  }

  static Sync read(DataInputView in) throws IOException {
    return new Sync(in.readInt(), in.readInt(), in.readBoolean());
  }

  /** For people. */
  @Override
  public String toString() {
    return "sync " + step + " of epoch " + epoch;
  }
}
