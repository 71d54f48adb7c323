package io.sluice.job.serde;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;

/**
 * What a savepoint remembers of a {@link VersionedSerializer}: its class and the version it wrote.
 *
 * @param <T> what is serialized
 */
public final class VersionedSerializerSnapshot<T> implements TypeSerializerSnapshot<T> {

  private static final int FORMAT = 1;

  private Class<? extends VersionedSerializer<T>> serializer;
  private int version;

  /** For Flink, which fills it by {@link #readSnapshot}. */
  public VersionedSerializerSnapshot() {}

  @SuppressWarnings("unchecked")
  VersionedSerializerSnapshot(VersionedSerializer<T> serializer) {
    this.serializer = (Class<? extends VersionedSerializer<T>>) serializer.getClass();
    this.version = serializer.version();
  }

  @Override
  public int getCurrentVersion() {
    return FORMAT;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    out.writeUTF(serializer.getName());
    out.writeInt(version);
  }

  @Override
  public void readSnapshot(int format, DataInputView in, ClassLoader loader) throws IOException {
    // A savepoint names the class, so it must not choose any: only a serializer of ours is loaded.
    serializer = InstantiationUtil.resolveClassByName(in, loader, VersionedSerializer.class);
    version = in.readInt();
  }

  @Override
  public TypeSerializer<T> restoreSerializer() {
    return InstantiationUtil.instantiate(serializer).reading(version);
  }

  @Override
  public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(
      TypeSerializerSnapshot<T> old) {
    if (!(old instanceof VersionedSerializerSnapshot<T> written)
        || written.serializer != serializer
        || written.version > version) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    return written.version == version
        ? TypeSerializerSchemaCompatibility.compatibleAsIs()
        : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
  }
}
