package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class ShardEventSerializerTest {

  @Test
  void bringsEveryKindThroughUnchanged() throws IOException {
    TestingEvents agents = new TestingEvents(3, 2);
    List<ShardEvent> events =
        List.of(
            agents.join(1, 4),
            agents.samples(4, 1L << 40, 5),
            agents.losses(1, 4, new long[] {1, 1L << 50}, new float[] {0.5f, -2f}),
            TestingEvents.withRejected(agents.losses(1, 4, 0), 7),
            agents.end(1, -1, 1L << 33),
            agents.retired(4, 2),
            agents.members(1L << 40, 3, 5));

    for (ShardEvent event : events) {
      ShardEvent copy = TestingSerde.roundTrip(new ShardEventSerializer(), event);
      assertThat(copy).usingRecursiveComparison().ignoringFields("block").isEqualTo(event);
      if (event instanceof Losses losses) {
        assertThat(TestingEvents.indices((Losses) copy)).isEqualTo(TestingEvents.indices(losses));
        assertThat(TestingEvents.values((Losses) copy)).isEqualTo(TestingEvents.values(losses));
      }
    }
  }

  @Test
  void readsLossesThatVersionOneWrote() throws IOException {
    DataOutputSerializer old = new DataOutputSerializer(64);
    old.writeByte(1);
    old.writeInt(3);
    new Position(0, 1, 2).write(old);
    old.writeInt(4);
    old.writeInt(1);
    old.writeLong(5);
    old.writeLong(6);
    old.writeInt(2);
    old.writeLong(8);
    old.writeLong(1L << 50);
    old.writeFloat(0.5f);
    old.writeFloat(-2f);
    old.writeInt(7);

    Losses losses =
        (Losses)
            new ShardEventSerializer().read(1, new DataInputDeserializer(old.getCopyOfBuffer()));

    assertThat(TestingEvents.indices(losses)).containsExactly(8, 1L << 50);
    assertThat(TestingEvents.values(losses)).containsExactly(0.5f, -2f);
    assertThat(losses)
        .usingRecursiveComparison()
        .ignoringFields("block")
        .isEqualTo(new Losses(3, new Position(0, 1, 2), 4, 1, 5, 6, losses.block(), 7));
  }

  @Test
  void readsEventsThatVersionTwoWrote() throws IOException {
    Position at = new Position(0, 1, 2);
    DataOutputSerializer old = new DataOutputSerializer(64);
    writeHead(2, at, old);
    for (int field : new int[] {4, 1, 2, 9}) { // epoch, rank, world size, generation
      old.writeInt(field);
    }
    old.writeLong(5);
    old.writeLong(6);
    writeHead(3, at, old);
    for (int field : new int[] {1, 2, 9, 4}) { // rank, world size, generation, epoch
      old.writeInt(field);
    }
    old.writeLong(5);
    writeHead(4, at, old);
    old.writeInt(7);
    for (long value : new long[] {10, 20}) {
      old.writeInt(1);
      old.writeLong(value);
    }
    writeHead(5, at, old);
    for (int field : new int[] {9, 3, 2, 0, 1}) { // generation, epoch, the ranks 0 and 1
      old.writeInt(field);
    }
    DataInputDeserializer in = new DataInputDeserializer(old.getCopyOfBuffer());
    ShardEventSerializer serializer = new ShardEventSerializer();

    assertThat(serializer.read(2, in)).isEqualTo(new EpochEnded(3, at, 4, 1, 2, 5, 6));
    assertThat(serializer.read(2, in)).isEqualTo(new Joined(3, at, 1, 2, 4, 5, 0));
    assertThat(serializer.read(2, in))
        .usingRecursiveComparison()
        .isEqualTo(new SamplesDeclared(3, at, 7, new long[] {10}, new long[] {20}, 0, null));
    assertThat(serializer.read(2, in)).isEqualTo(new MembersDeclared(3, at, 9, 3, 2));
    assertThat(in.available()).isZero();
  }

  private static void writeHead(int kind, Position at, DataOutputSerializer out)
      throws IOException {
    out.writeByte(kind);
    out.writeInt(3);
    at.write(out);
  }

  @Test
  void bringsARawRecordThroughUnchanged() throws IOException {
    RawRecord record = new RawRecord(new Position(1, 1L << 40, 5), new byte[] {1, -1, 0});

    assertThat(TestingSerde.roundTrip(new RawRecord.Serializer(), record))
        .usingRecursiveComparison()
        .isEqualTo(record);
  }
}
