package io.sluice.job.serde;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Through bytes and back. */
public final class TestingSerde {

  private TestingSerde() {}

  public static <T> T roundTrip(VersionedSerializer<T> serializer, T value) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes(serializer, value));
    T result = serializer.deserialize(in);
    if (in.available() != 0) {
      throw new IOException(in.available() + " bytes left over");
    }
    return result;
  }

  public static <T> byte[] bytes(VersionedSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }
}
