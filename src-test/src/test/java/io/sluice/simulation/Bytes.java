package io.sluice.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Values to bytes and back, by Flink's serializers. */
final class Bytes {

  private Bytes() {}

  static <T> byte[] write(TypeSerializer<T> serializer, T value) {
    DataOutputSerializer out = new DataOutputSerializer(128);
    try {
      serializer.serialize(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.getCopyOfBuffer();
  }

  static <T> T read(TypeSerializer<T> serializer, byte[] bytes) {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    try {
      T value = serializer.deserialize(in);
      if (in.available() > 0) {
        throw new IllegalStateException(
            serializer.getClass().getName() + " left " + in.available() + " bytes unread");
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
