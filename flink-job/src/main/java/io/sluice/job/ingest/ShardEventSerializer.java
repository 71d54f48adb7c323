package io.sluice.job.ingest;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesRetired;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: kind, shard, position, then the kind's fields in order; arrays after their length.
 *
 * <p>Version 1 wrote each index and each loss of a batch on its own; up to version 2, agents stated
 * a generation, members were single ranks, and samples could not be retired; up to version 3,
 * samples had no labels.
 */
public final class ShardEventSerializer extends VersionedSerializer<ShardEvent> {

  private static final int LOSSES = 1;
  private static final int EPOCH_ENDED = 2;
  private static final int JOINED = 3;
  private static final int SAMPLES_DECLARED = 4;
  private static final int MEMBERS_DECLARED = 5;
  private static final int SAMPLES_RETIRED = 6;

  @Override
  protected int version() {
    return 4;
  }

  @Override
  protected void write(ShardEvent event, DataOutputView out) throws IOException {
    if (event instanceof Losses losses) {
      writeHead(LOSSES, event, out);
      out.writeInt(losses.epoch());
      out.writeInt(losses.rank());
      out.writeLong(losses.incarnation());
      out.writeLong(losses.sequence());
      losses.block().write(out);
      out.writeInt(losses.rejected());
    } else if (event instanceof EpochEnded end) {
      writeHead(EPOCH_ENDED, event, out);
      out.writeInt(end.epoch());
      out.writeInt(end.rank());
      out.writeInt(end.worldSize());
      out.writeLong(end.incarnation());
      out.writeLong(end.losses());
    } else if (event instanceof Joined join) {
      writeHead(JOINED, event, out);
      out.writeInt(join.rank());
      out.writeInt(join.worldSize());
      out.writeInt(join.epoch());
      out.writeLong(join.incarnation());
      out.writeLong(join.nonce());
    } else if (event instanceof SamplesDeclared samples) {
      writeHead(SAMPLES_DECLARED, event, out);
      out.writeInt(samples.fromEpoch());
      writeLongs(samples.firsts(), out);
      writeLongs(samples.counts(), out);
      out.writeLong(samples.datasetSize());
      writeLabels(samples.labels(), out);
    } else if (event instanceof SamplesRetired samples) {
      writeHead(SAMPLES_RETIRED, event, out);
      writeLongs(samples.firsts(), out);
      writeLongs(samples.counts(), out);
    } else if (event instanceof MembersDeclared members) {
      writeHead(MEMBERS_DECLARED, event, out);
      out.writeLong(members.generation());
      out.writeInt(members.fromEpoch());
      out.writeInt(members.worldSize());
    }
  }

  @Override
  protected ShardEvent read(int version, DataInputView in) throws IOException {
    int kind = in.readByte();
    int shard = in.readInt();
    Position at = Position.read(in);
    return switch (kind) {
      case LOSSES -> readLosses(version, shard, at, in);
      case EPOCH_ENDED -> readEnd(version, shard, at, in);
      case JOINED -> readJoin(version, shard, at, in);
      case SAMPLES_DECLARED ->
          new SamplesDeclared(
              shard,
              at,
              in.readInt(),
              readLongs(in),
              readLongs(in),
              version < 3 ? 0 : in.readLong(),
              version < 4 ? null : readLabels(in));
      case SAMPLES_RETIRED -> new SamplesRetired(shard, at, readLongs(in), readLongs(in));
      case MEMBERS_DECLARED ->
          version < 3
              ? readRanks(shard, at, in)
              : new MembersDeclared(shard, at, in.readLong(), in.readInt(), in.readInt());
      default -> throw new IOException("unknown kind of shard event: " + kind);
    };
  }

  private static Losses readLosses(int version, int shard, Position at, DataInputView in)
      throws IOException {
    int epoch = in.readInt();
    int rank = in.readInt();
    long incarnation = in.readLong();
    long sequence = in.readLong();
    LossBlock block = version == 1 ? readNumbers(in) : LossBlock.read(in);
    return new Losses(shard, at, epoch, rank, incarnation, sequence, block, in.readInt());
  }

  private static LossBlock readNumbers(DataInputView in) throws IOException {
    long[] indices = readLongs(in);
    float[] losses = new float[indices.length];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = Float.intBitsToFloat(in.readInt());
    }
    return LossBlock.of(indices, losses, losses.length);
  }

  private static EpochEnded readEnd(int version, int shard, Position at, DataInputView in)
      throws IOException {
    int epoch = in.readInt();
    int rank = in.readInt();
    int worldSize = in.readInt();
    skipGeneration(version, in);
    return new EpochEnded(shard, at, epoch, rank, worldSize, in.readLong(), in.readLong());
  }

  private static Joined readJoin(int version, int shard, Position at, DataInputView in)
      throws IOException {
    int rank = in.readInt();
    int worldSize = in.readInt();
    skipGeneration(version, in);
    int epoch = in.readInt();
    long incarnation = in.readLong();
    long nonce = version < 3 ? 0 : in.readLong();
    return new Joined(shard, at, rank, worldSize, epoch, incarnation, nonce);
  }

  private static void skipGeneration(int version, DataInputView in) throws IOException {
    if (version < 3) {
      in.readInt();
    }
  }

  private static MembersDeclared readRanks(int shard, Position at, DataInputView in)
      throws IOException {
    int generation = in.readInt();
    int fromEpoch = in.readInt();
    int worldSize = in.readInt();
    in.skipBytesToRead(worldSize * Integer.BYTES);
    return new MembersDeclared(shard, at, generation, fromEpoch, worldSize);
  }

  private static void writeHead(int kind, ShardEvent event, DataOutputView out) throws IOException {
    out.writeByte(kind);
    out.writeInt(event.shard());
    event.position().write(out);
  }

  /** As -1 where there are none. */
  private static void writeLabels(char[] labels, DataOutputView out) throws IOException {
    out.writeInt(labels == null ? -1 : labels.length);
    for (int i = 0; labels != null && i < labels.length; i++) {
      out.writeChar(labels[i]);
    }
  }

  private static char[] readLabels(DataInputView in) throws IOException {
    int count = in.readInt();
    if (count < 0) {
      return null;
    }
    char[] labels = new char[count];
    for (int i = 0; i < count; i++) {
      labels[i] = in.readChar();
    }
    return labels;
  }

  private static void writeLongs(long[] values, DataOutputView out) throws IOException {
    out.writeInt(values.length);
    for (long value : values) {
      out.writeLong(value);
    }
  }

  private static long[] readLongs(DataInputView in) throws IOException {
    long[] values = new long[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readLong();
    }
    return values;
  }
}
