package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import java.util.List;
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
            new Losses(3, new Position(0, 1, 2), 4, 1, 5, 6, new long[0], new float[0], 7),
            agents.end(1, -1, 1L << 33),
            agents.members(9, 3, 0, 2, 5));

    for (ShardEvent event : events) {
      assertThat(TestingSerde.roundTrip(new ShardEventSerializer(), event))
          .usingRecursiveComparison()
          .isEqualTo(event);
    }
  }

  @Test
  void bringsARawRecordThroughUnchanged() throws IOException {
    RawRecord record = new RawRecord(new Position(1, 1L << 40, 5), new byte[] {1, -1, 0});

    assertThat(TestingSerde.roundTrip(new RawRecord.Serializer(), record))
        .usingRecursiveComparison()
        .isEqualTo(record);
  }
}
