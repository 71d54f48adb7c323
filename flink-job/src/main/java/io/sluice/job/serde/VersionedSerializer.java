package io.sluice.job.serde;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Base of this job's serializers: a subclass says how its current version is written and how every
 * version it ever wrote is read, so that a savepoint outlives a change of layout.
 *
 * <p>Subclasses are public, have a public constructor without arguments and no fields. Values are
 * taken as immutable; a subclass for a mutable type overrides {@link #copy(Object)} deeply, which
 * is what makes updating heap state in place safe while a snapshot is written.
 *
 * @param <T> what is serialized
 */
public abstract class VersionedSerializer<T> extends TypeSerializer<T> {

  private int readVersion = version();

  /** Version that {@link #write} writes; grows with every change of layout. */
  protected abstract int version();

  protected abstract void write(T value, DataOutputView out) throws IOException;

  /**
   * @param version the version the bytes were written with, 1 to {@link #version()}
   */
  protected abstract T read(int version, DataInputView in) throws IOException;

  /** The same serializer, reading what an older version wrote. */
  final VersionedSerializer<T> reading(int version) {
    readVersion = version;
    return this;
  }

  @Override
  public final void serialize(T value, DataOutputView out) throws IOException {
    write(value, out);
  }

  @Override
  public final T deserialize(DataInputView in) throws IOException {
    return read(readVersion, in);
  }

  @Override
  public final T deserialize(T reuse, DataInputView in) throws IOException {
    return read(readVersion, in);
  }

  @Override
  public T copy(T value) {
    return value;
  }

  @Override
  public final T copy(T value, T reuse) {
    return copy(value);
  }

  @Override
  public final void copy(DataInputView in, DataOutputView out) throws IOException {
    write(read(readVersion, in), out);
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public final TypeSerializer<T> duplicate() {
    return this;
  }

  @Override
  public final T createInstance() {
    return null;
  }

  @Override
  public final int getLength() {
    return -1;
  }

  @Override
  public final TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new VersionedSerializerSnapshot<>(this);
  }

  @Override
  @SuppressWarnings("EqualsGetClass") // serializers of different classes write different bytes
  public final boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && ((VersionedSerializer<?>) other).readVersion == readVersion;
  }

  @Override
  public final int hashCode() {
    return getClass().hashCode() * 31 + readVersion;
  }
}
