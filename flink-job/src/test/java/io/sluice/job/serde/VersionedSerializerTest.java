package io.sluice.job.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.junit.jupiter.api.Test;

class VersionedSerializerTest {

  /** Version 1 held a name; version 2 adds a count, 1 where it was not written. */
  record Thing(String name, int count) {}

  /** Writes what version it is told to, as two releases of one class would. */
  public static final class ThingSerializer extends VersionedSerializer<Thing> {
    static int current = 2;

    @Override
    protected int version() {
      return current;
    }

    @Override
    protected void write(Thing thing, DataOutputView out) throws IOException {
      out.writeUTF(thing.name());
      if (current >= 2) {
        out.writeInt(thing.count());
      }
    }

    @Override
    protected Thing read(int version, DataInputView in) throws IOException {
      return new Thing(in.readUTF(), version >= 2 ? in.readInt() : 1);
    }
  }

  private static boolean foreignClassWasInitialised;

  /** Named by a savepoint that somebody has meddled with. */
  static final class Foreign {
    static {
      foreignClassWasInitialised = true;
    }
  }

  @Test
  void readsWhatAnOlderVersionWrote() throws IOException {
    ThingSerializer.current = 1;
    byte[] snapshot = snapshotOf(new ThingSerializer());
    byte[] bytes = TestingSerde.bytes(new ThingSerializer(), new Thing("a", 7));
    ThingSerializer.current = 2;

    TypeSerializerSnapshot<Thing> old = read(snapshot);
    TypeSerializer<Thing> reader = old.restoreSerializer();

    assertThat(reader.deserialize(new DataInputDeserializer(bytes))).isEqualTo(new Thing("a", 1));
    assertThat(
            new ThingSerializer()
                .snapshotConfiguration()
                .resolveSchemaCompatibility(old)
                .isCompatibleAfterMigration())
        .isTrue();
  }

  @Test
  void takesItsOwnVersionAsItIs() throws IOException {
    TypeSerializerSnapshot<Thing> same = read(snapshotOf(new ThingSerializer()));

    assertThat(
            new ThingSerializer()
                .snapshotConfiguration()
                .resolveSchemaCompatibility(same)
                .isCompatibleAsIs())
        .isTrue();
  }

  @Test
  void refusesWhatANewerVersionWrote() throws IOException {
    byte[] snapshot = snapshotOf(new ThingSerializer());
    TypeSerializerSnapshot<Thing> newer = read(snapshot);
    ThingSerializer.current = 1;
    try {
      assertThat(
              new ThingSerializer()
                  .snapshotConfiguration()
                  .resolveSchemaCompatibility(newer)
                  .isIncompatible())
          .isTrue();
    } finally {
      ThingSerializer.current = 2;
    }
  }

  @Test
  void refusesAClassThatIsNoSerializerAndRunsNothingOfIt() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    out.writeUTF(VersionedSerializerSnapshot.class.getName());
    out.writeInt(new ThingSerializer().snapshotConfiguration().getCurrentVersion());
    out.writeUTF(Foreign.class.getName());
    out.writeInt(1);

    assertThatThrownBy(() -> read(out.getCopyOfBuffer()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Foreign.class.getName());
    assertThat(foreignClassWasInitialised).isFalse();
    assertThat(new Foreign()).isNotNull();
    assertThat(foreignClassWasInitialised).as("the test can tell").isTrue();
  }

  private static byte[] snapshotOf(ThingSerializer serializer) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    return out.getCopyOfBuffer();
  }

  private static TypeSerializerSnapshot<Thing> read(byte[] snapshot) throws IOException {
    return TypeSerializerSnapshot.readVersionedSnapshot(
        new DataInputDeserializer(snapshot), VersionedSerializerTest.class.getClassLoader());
  }
}
