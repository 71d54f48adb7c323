package io.sluice.job.difficulty;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: open epoch, last end, members, upcoming members, ranks; lists after their length. */
public final class EpochLedgerSerializer extends VersionedSerializer<EpochLedger> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(EpochLedger ledger, DataOutputView out) throws IOException {
    out.writeInt(ledger.openEpoch());
    out.writeLong(ledger.lastEndMillis());
    write(ledger.members(), out);
    out.writeInt(ledger.upcoming().size());
    for (Members next : ledger.upcoming()) {
      write(next, out);
    }
    out.writeInt(ledger.ranks().size());
    for (Map.Entry<Integer, RankEntry> rank : ledger.ranks().entrySet()) {
      RankEntry entry = rank.getValue();
      out.writeInt(rank.getKey());
      out.writeLong(entry.incarnation);
      out.writeInt(entry.generation);
      out.writeLong(entry.nextSequence);
      out.writeLong(entry.received);
      out.writeLong(entry.receivedEarly);
      out.writeBoolean(entry.ended);
      out.writeBoolean(entry.incomplete);
    }
  }

  @Override
  protected EpochLedger read(int version, DataInputView in) throws IOException {
    int openEpoch = in.readInt();
    long lastEndMillis = in.readLong();
    Members members = readMembers(in);
    List<Members> upcoming = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      upcoming.add(readMembers(in));
    }
    Map<Integer, RankEntry> ranks = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      int rank = in.readInt();
      RankEntry entry = new RankEntry(in.readLong(), in.readInt());
      entry.nextSequence = in.readLong();
      entry.received = in.readLong();
      entry.receivedEarly = in.readLong();
      entry.ended = in.readBoolean();
      entry.incomplete = in.readBoolean();
      ranks.put(rank, entry);
    }
    return new EpochLedger(openEpoch, members, upcoming, ranks, lastEndMillis);
  }

  @Override
  public EpochLedger copy(EpochLedger ledger) {
    return ledger.deepCopy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  private static void write(Members members, DataOutputView out) throws IOException {
    out.writeInt(members.generation());
    out.writeInt(members.fromEpoch());
    out.writeInt(members.ranks().length);
    for (int rank : members.ranks()) {
      out.writeInt(rank);
    }
    out.writeInt(members.worldSize());
  }

  private static Members readMembers(DataInputView in) throws IOException {
    int generation = in.readInt();
    int fromEpoch = in.readInt();
    int[] ranks = new int[in.readInt()];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = in.readInt();
    }
    return new Members(generation, fromEpoch, ranks, in.readInt());
  }
}
