package io.sluice.job.select;

import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A chunk ready for its topic.
 *
 * @param shard decides on the partition
 * @param value bytes of a SelectionChunk
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record ChunkRecord(int shard, byte[] value) {

  public static final TypeInformation<ChunkRecord> TYPE =
      new SerializerTypeInfo<>(ChunkRecord.class, new Serializer());

  /** Layout: shard, length, bytes. */
  public static final class Serializer extends VersionedSerializer<ChunkRecord> {

    @Override
    protected int version() {
      return 1;
    }

    @Override
    protected void write(ChunkRecord chunk, DataOutputView out) throws IOException {
      out.writeInt(chunk.shard());
      out.writeInt(chunk.value().length);
      out.write(chunk.value());
    }

    @Override
    protected ChunkRecord read(int version, DataInputView in) throws IOException {
      int shard = in.readInt();
      byte[] value = new byte[in.readInt()];
      in.readFully(value);
      return new ChunkRecord(shard, value);
    }
  }
}
