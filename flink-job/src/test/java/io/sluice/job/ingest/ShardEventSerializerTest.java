package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.Losses;
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
            agents.join(1, 4, 2),
            agents.samples(4, 1L << 40, 5),
            agents.losses(1, 4, new long[] {1, 1L << 50}, new float[] {0.5f, -2f}),
            TestingEvents.withRejected(agents.losses(1, 4, 0), 7),
            agents.end(1, -1, 1L << 33),
            agents.members(9, 3, 0, 2, 5));

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
  void bringsARawRecordThroughUnchanged() throws IOException {
    RawRecord record = new RawRecord(new Position(1, 1L << 40, 5), new byte[] {1, -1, 0});

    assertThat(TestingSerde.roundTrip(new RawRecord.Serializer(), record))
        .usingRecursiveComparison()
        .isEqualTo(record);
  }
}
