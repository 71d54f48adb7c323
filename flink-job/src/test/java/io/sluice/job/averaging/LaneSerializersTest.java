package io.sluice.job.averaging;

import static io.sluice.job.averaging.TestingUpdates.amid;
import static io.sluice.job.averaging.TestingUpdates.end;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.serde.TestingSerde;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneSerializersTest {

  private final TestingUpdates agents = new TestingUpdates(1, 3);

  @Test
  void bringEveryEventThroughUnchanged() throws IOException {
    List<LaneEvent> events =
        List.of(
            agents.update(2, 1L << 40, end(7), 65_535, 1L << 47, 1.5f, -0.25f),
            agents.unusable(0, amid(0, 1 << 30)),
            agents.members(1L << 40, -1, 65_536));
    for (LaneEvent event : events) {
      assertThat(TestingSerde.roundTrip(new LaneEventSerializer(), event))
          .usingRecursiveComparison()
          .isEqualTo(event);
    }
  }

  @Test
  void bringALedgerThroughUnchanged() throws IOException {
    ChunkLedger ledger = new ChunkLedger();
    assertThat(roundTrip(ledger)).usingRecursiveComparison().isEqualTo(ledger);

    LaneMembers members = new LaneMembers();
    Sync sync = end(3);
    for (int rank = 0; rank < 3; rank++) {
      hold(ledger, agents.update(rank, sync, 1 + rank, 1));
    }
    ledger.close(members);
    hold(ledger, agents.update(2, 1L << 40, amid(4, 1), 1, 1L << 47, 1, 2));
    hold(ledger, agents.unusable(0, amid(4, 1)));

    ChunkLedger copy = roundTrip(ledger);
    assertThat(copy).usingRecursiveComparison().isEqualTo(ledger);
    assertThat(copy.held()).containsOnlyKeys(0, 2);
  }

  @Test
  void bringMembersValuesAndAveragesThroughUnchanged() throws IOException {
    LaneMembers members = new LaneMembers();
    members.declare(agents.members(1L << 40, 3, 2));
    members.declare(agents.members((1L << 40) + 1, 9, 5));
    assertThat(TestingSerde.roundTrip(new LaneMembersSerializer(), members))
        .usingRecursiveComparison()
        .isEqualTo(members);
    assertThat(new LaneMembersSerializer().copy(members)).isNotSameAs(members);

    byte[] values = {1, 2, 3, 4};
    assertThat(TestingSerde.roundTrip(new ValuesSerializer(), values)).isEqualTo(values);

    assertThat(TestingSerde.roundTrip(new SyncSerializer(), end(5))).isEqualTo(end(5));

    AverageRecord average = new AverageRecord(1, 65_535, 1, values);
    assertThat(TestingSerde.roundTrip(new AverageRecord.Serializer(), average))
        .usingRecursiveComparison()
        .isEqualTo(average);
    assertThat(average.key()).asString().isEqualTo("65535-1");
  }

  /** A change of these bytes needs a new version of the layout. */
  @Test
  void theLayoutsOfVersionOneStay() throws IOException {
    ChunkLedger ledger = new ChunkLedger();
    LaneMembers members = new LaneMembers();
    members.declare(agents.members(9, 3, 2));
    hold(ledger, new TestingUpdates(1, 1).update(0, end(2), 6, 1));
    ledger.close(members);
    hold(ledger, agents.update(1, amid(3, 4), 5, 1.5f));

    assertThat(hex(new ChunkLedgerSerializer(), ledger))
        .isEqualTo(
            "01" // there is a last mean
                + "000000020000000101" // sync
                + "000000000000004d00000004" // model
                + "00" // slot
                + "00000002" // ranks and their incarnations
                + "00000000000000000000000a"
                + "00000001000000000000000a"
                + "00000001" // held
                + "00000001000000000000000100000000000003e9" // position
                + "000000030000000400" // sync
                + "00000001000000000000000a00000003" // rank, incarnation, world size
                + "000000000000004d00000004"
                + "0000000000000005" // samples
                + "0000000004"); // usable, bytes
    assertThat(hex(new LaneMembersSerializer(), members))
        .isEqualTo("00000001" + "00000000000000090000000300000002");
    assertThat(hex(new ValuesSerializer(), new byte[] {1, -1})).isEqualTo("0000000201ff");
    assertThat(hex(new SyncSerializer(), end(5))).isEqualTo("000000050000000101");
  }

  private static ChunkLedger roundTrip(ChunkLedger ledger) throws IOException {
    return TestingSerde.roundTrip(new ChunkLedgerSerializer(), ledger);
  }

  private static <T> String hex(VersionedSerializer<T> serializer, T value) throws IOException {
    return HexFormat.of().formatHex(TestingSerde.bytes(serializer, value));
  }

  private static void hold(ChunkLedger ledger, Update update) {
    assertThat(ledger.refusal(update, Integer.MAX_VALUE)).isNull();
    ledger.hold(update);
  }
}
