package io.sluice.job.ingest;

import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A record of the log as it was read.
 *
 * @param position where it stands
 * @param value its bytes; empty for a record without a value
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record RawRecord(Position position, byte[] value) {

  public static final TypeInformation<RawRecord> TYPE =
      new SerializerTypeInfo<>(RawRecord.class, new Serializer());

  /** Layout: position, length, bytes. */
  public static final class Serializer extends VersionedSerializer<RawRecord> {

    @Override
    protected int version() {
      return 1;
    }

    @Override
    protected void write(RawRecord record, DataOutputView out) throws IOException {
      record.position().write(out);
      out.writeInt(record.value().length);
      out.write(record.value());
    }

    @Override
    protected RawRecord read(int version, DataInputView in) throws IOException {
      Position position = Position.read(in);
      byte[] value = new byte[in.readInt()];
      in.readFully(value);
      return new RawRecord(position, value);
    }
  }
}
