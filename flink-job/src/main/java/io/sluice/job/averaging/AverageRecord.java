package io.sluice.job.averaging;

import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A chunk's mean ready for its topic.
 *
 * @param lane the partition
 * @param chunk number of the chunk
 * @param slot 0 or 1, alternating from mean to mean
 * @param value bytes of a ModelAverage
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record AverageRecord(int lane, int chunk, int slot, byte[] value) {

  public static final TypeInformation<AverageRecord> TYPE =
      new SerializerTypeInfo<>(AverageRecord.class, new Serializer());

  /** The Kafka key, by which the compacted topic keeps the newest two of a chunk. */
  public byte[] key() {
    return (chunk + "-" + slot).getBytes(StandardCharsets.US_ASCII);
  }

  /** Layout: lane, chunk, slot, length, bytes. */
  public static final class Serializer extends VersionedSerializer<AverageRecord> {

    @Override
    protected int version() {
      return 1;
    }

    @Override
    protected void write(AverageRecord average, DataOutputView out) throws IOException {
      out.writeInt(average.lane());
      out.writeInt(average.chunk());
      out.writeByte(average.slot());
      out.writeInt(average.value().length);
      out.write(average.value());
    }

    @Override
    protected AverageRecord read(int version, DataInputView in) throws IOException {
      int lane = in.readInt();
      int chunk = in.readInt();
      int slot = in.readByte();
      byte[] value = new byte[in.readInt()];
      in.readFully(value);
      return new AverageRecord(lane, chunk, slot, value);
    }
  }
}
