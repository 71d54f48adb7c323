package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Position;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: kind, position, then the kind's fields in order; values after their length. */
public final class LaneEventSerializer extends VersionedSerializer<LaneEvent> {

  private static final int UPDATE = 1;
  private static final int MEMBERS_DECLARED = 2;

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(LaneEvent event, DataOutputView out) throws IOException {
    if (event instanceof Update update) {
      out.writeByte(UPDATE);
      update.position().write(out);
      update.sync().write(out);
      out.writeInt(update.rank());
      out.writeLong(update.incarnation());
      out.writeInt(update.worldSize());
      out.writeInt(update.chunk());
      update.model().write(out);
      out.writeLong(update.samples());
      out.writeBoolean(update.unusable());
      out.writeInt(update.values().length);
      out.write(update.values());
    } else if (event instanceof MembersDeclared members) {
      out.writeByte(MEMBERS_DECLARED);
      members.position().write(out);
      out.writeLong(members.generation());
      out.writeInt(members.fromEpoch());
      out.writeInt(members.worldSize());
    }
  }

  @Override
  protected LaneEvent read(int version, DataInputView in) throws IOException {
    int kind = in.readByte();
    Position at = Position.read(in);
    return switch (kind) {
      case UPDATE ->
          new Update(
              at,
              Sync.read(in),
              in.readInt(),
              in.readLong(),
              in.readInt(),
              in.readInt(),
              Model.read(in),
              in.readLong(),
              in.readBoolean(),
              readBytes(in));
      case MEMBERS_DECLARED -> new MembersDeclared(at, in.readLong(), in.readInt(), in.readInt());
      default -> throw new IOException("unknown kind of lane event: " + kind);
    };
  }

  private static byte[] readBytes(DataInputView in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }
}
