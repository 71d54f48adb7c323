package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneMembers.Declared;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: number of declarations; of each generation, first epoch, world size. */
public final class LaneMembersSerializer extends VersionedSerializer<LaneMembers> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(LaneMembers members, DataOutputView out) throws IOException {
    out.writeInt(members.declared().size());
    for (Declared declared : members.declared()) {
      out.writeLong(declared.generation());
      out.writeInt(declared.fromEpoch());
      out.writeInt(declared.worldSize());
    }
  }

  @Override
  protected LaneMembers read(int version, DataInputView in) throws IOException {
    List<Declared> declared = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      declared.add(new Declared(in.readLong(), in.readInt(), in.readInt()));
    }
    return new LaneMembers(declared);
  }

  @Override
  public LaneMembers copy(LaneMembers members) {
    return members.copy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }
}
