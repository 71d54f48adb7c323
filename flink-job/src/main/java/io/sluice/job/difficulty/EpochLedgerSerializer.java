package io.sluice.job.difficulty;

import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: open epoch, last end, dataset size, members, upcoming members, ranks; lists after their
 * length.
 *
 * <p>Version 1 had no dataset size, members were single ranks, and each rank had a generation and
 * no nonce.
 */
public final class EpochLedgerSerializer extends VersionedSerializer<EpochLedger> {

  @Override
  protected int version() {
    return 2;
  }

  @Override
  protected void write(EpochLedger ledger, DataOutputView out) throws IOException {
    out.writeInt(ledger.openEpoch());
    out.writeLong(ledger.lastEndMillis());
    out.writeLong(ledger.datasetSize());
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
      out.writeLong(entry.nonce);
      out.writeLong(entry.nextSequence);
      out.writeLong(entry.received);
      out.writeLong(entry.receivedEarly);
      out.writeBoolean(entry.ended);
      out.writeBoolean(entry.incomplete);
      out.writeBoolean(entry.owing);
    }
  }

  @Override
  protected EpochLedger read(int version, DataInputView in) throws IOException {
    int openEpoch = in.readInt();
    long lastEndMillis = in.readLong();
    long datasetSize = version == 1 ? 0 : in.readLong();
    Members members = readMembers(version, in);
    List<Members> upcoming = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      upcoming.add(readMembers(version, in));
    }
    Map<Integer, RankEntry> ranks = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      int rank = in.readInt();
      RankEntry entry = readEntry(version, in);
      entry.nextSequence = in.readLong();
      entry.received = in.readLong();
      entry.receivedEarly = in.readLong();
      entry.ended = in.readBoolean();
      entry.incomplete = in.readBoolean();
      entry.owing = version > 1 && in.readBoolean();
      ranks.put(rank, entry);
    }
    return new EpochLedger(openEpoch, members, upcoming, ranks, lastEndMillis, datasetSize);
  }

  private static RankEntry readEntry(int version, DataInputView in) throws IOException {
    long incarnation = in.readLong();
    if (version == 1) {
      in.readInt(); // its generation
      return new RankEntry(incarnation, 0);
    }
    return new RankEntry(incarnation, in.readLong());
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
    out.writeLong(members.generation());
    out.writeInt(members.fromEpoch());
    out.writeInt(members.worldSize());
  }

  private static Members readMembers(int version, DataInputView in) throws IOException {
    if (version > 1) {
      return new Members(in.readLong(), in.readInt(), in.readInt());
    }
    int generation = in.readInt();
    int fromEpoch = in.readInt();
    int worldSize = in.readInt();
    for (int i = 0; i < worldSize; i++) {
      int rank = in.readInt();
      if (rank != i) {
        throw new IOException(
            "the state is of a run whose ranks are not 0 to W - 1 (rank "
                + i
                + " was removed); finish that run with the version that began it");
      }
    }
    in.readInt(); // the world size that agents had joined with
    return new Members(generation, fromEpoch, worldSize);
  }
}
