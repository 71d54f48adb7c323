package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Position;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What the ledger knows of an update whose values wait for those of the other ranks.
 *
 * @param bytes length of its values; 0 where it is unusable
 */
record HeldUpdate(
    Position position,
    Sync sync,
    int rank,
    long incarnation,
    int worldSize,
    Model model,
    long samples,
    boolean unusable,
    int bytes) {

  static HeldUpdate of(Update update) {
    return new HeldUpdate(
        update.position(),
        update.sync(),
        update.rank(),
        update.incarnation(),
        update.worldSize(),
        update.model(),
        update.samples(),
        update.unusable(),
        update.values().length);
  }

  void write(DataOutputView out) throws IOException {
    position.write(out);
    sync.write(out);
    out.writeInt(rank);
    out.writeLong(incarnation);
    out.writeInt(worldSize);
    model.write(out);
    out.writeLong(samples);
    out.writeBoolean(unusable);
    out.writeInt(bytes);
  }

  static HeldUpdate read(DataInputView in) throws IOException {
    return new HeldUpdate(
        Position.read(in),
        Sync.read(in),
        in.readInt(),
        in.readLong(),
        in.readInt(),
        Model.read(in),
        in.readLong(),
        in.readBoolean(),
        in.readInt());
  }
}
