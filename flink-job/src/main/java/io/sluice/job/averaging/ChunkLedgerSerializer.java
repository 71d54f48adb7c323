package io.sluice.job.averaging;

import io.sluice.job.averaging.ChunkLedger.Last;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: whether there is a last mean, its sync, model and slot; number of ranks, of each its
 * incarnation; number of held updates, then these.
 */
public final class ChunkLedgerSerializer extends VersionedSerializer<ChunkLedger> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(ChunkLedger ledger, DataOutputView out) throws IOException {
    Last last = ledger.last();
    out.writeBoolean(last != null);
    if (last != null) {
      last.sync().write(out);
      last.model().write(out);
      out.writeByte(last.slot());
    }
    out.writeInt(ledger.incarnations().size());
    for (Map.Entry<Integer, Long> rank : ledger.incarnations().entrySet()) {
      out.writeInt(rank.getKey());
      out.writeLong(rank.getValue());
    }
    out.writeInt(ledger.held().size());
    for (HeldUpdate update : ledger.held().values()) {
      update.write(out);
    }
  }

  @Override
  protected ChunkLedger read(int version, DataInputView in) throws IOException {
    Last last = null;
    if (in.readBoolean()) {
      last = new Last(Sync.read(in), Model.read(in), in.readByte());
    }
    Map<Integer, Long> incarnations = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      incarnations.put(in.readInt(), in.readLong());
    }
    Map<Integer, HeldUpdate> held = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      HeldUpdate update = HeldUpdate.read(in);
      held.put(update.rank(), update);
    }
    return new ChunkLedger(last, incarnations, held);
  }

  @Override
  public ChunkLedger copy(ChunkLedger ledger) {
    return ledger.copy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }
}
