package io.sluice.local.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.ShardRanges;
import io.sluice.local.control.Announcements.Growth;
import io.sluice.local.control.Announcements.Members;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncementsTest {

  private final Announcements announced = new Announcements(10, 3);
  private long offset = 100;

  @Test
  void holdsWhatThePlanSaidUntilMoreIsDeclared() {
    assertThat(announced.datasetSize()).isEqualTo(10);

    read(size(10, 0));
    read(size(4, 0));
    read(LossEvent.newBuilder().setLossBatch(LossBatch.newBuilder()));

    assertThat(announced.datasetSize()).isEqualTo(10);
    assertThat(announced.growths()).isEmpty();
  }

  @Test
  void growsWithEachDeclarationThatIsBeyondTheOnesBefore() {
    read(size(15, 4));
    read(size(12, 4));
    read(size(20, 7));

    assertThat(announced.datasetSize()).isEqualTo(20);
    assertThat(announced.growths()).containsExactly(new Growth(10, 15, 4), new Growth(15, 20, 7));
  }

  /** Also those in whose ids it has no part: 11 and 14 are of shards 3 and 2. */
  @Test
  void hearsOfEveryDeclarationFromShardZero() {
    for (int id : new int[] {11, 14}) {
      for (SamplesAdded added :
          ShardRanges.declarations(new Sharding(4, 2), 0, List.of(new IdRange(id, 1)), 2, null)) {
        read(LossEvent.newBuilder().setSamplesAdded(added));
      }
      assertThat(announced.datasetSize()).isEqualTo(id + 1);
    }
  }

  @Test
  void doesNotBelieveWhatTheJobRefuses() {
    LossEvent.Builder other = size(50, 0);
    other.getSamplesAddedBuilder().setShard(2);
    read(other);
    read(size(-5, 0));
    read(size(60, -1));
    read(size(60, 1_000_001));
    read(members(0, 5));
    read(members(65_537, 5));
    read(members(2, -2));
    announced.read(offset++, size(70, 0).setVersion(2).build().toByteArray());
    announced.read(offset++, new byte[] {1, 2, 3});

    assertThat(announced.datasetSize()).isEqualTo(10);
    assertThat(announced.members()).isEmpty();
  }

  @Test
  void theNewestMembersHoldFromTheirEpochOn() {
    read(members(5, 8));
    read(members(4, 20));
    read(members(3, 10));
    read(members(3, 10));

    assertThat(announced.members())
        .as("of ascending epochs; that from 20 on is replaced from 10 on")
        .containsExactly(new Members(100, 8, 5), new Members(102, 10, 3));
  }

  @Test
  void membersThatThePlanHasAlreadyAreNotNews() {
    announced.read(3, members(5, 8).setVersion(1).build().toByteArray());
    assertThat(announced.members()).isEmpty();

    announced.read(4, members(5, 8).setVersion(1).build().toByteArray());
    assertThat(announced.members()).hasSize(1);
  }

  @Test
  void theFirstAgentSaysHowManyThereAre() {
    assertThat(announced.firstWorldSize()).isEmpty();

    read(LossEvent.newBuilder().setJoin(Join.newBuilder().setWorldSize(3).setShards(8)));
    read(LossEvent.newBuilder().setJoin(Join.newBuilder().setWorldSize(2).setShards(9)));

    assertThat(announced.firstWorldSize()).hasValue(3);
    assertThat(announced.firstShards()).hasValue(8);
  }

  private static LossEvent.Builder size(long datasetSize, int fromEpoch) {
    return LossEvent.newBuilder()
        .setSamplesAdded(
            SamplesAdded.newBuilder().setDatasetSize(datasetSize).setFromEpoch(fromEpoch));
  }

  private static LossEvent.Builder members(int worldSize, int fromEpoch) {
    return LossEvent.newBuilder()
        .setMembership(Membership.newBuilder().setWorldSize(worldSize).setFromEpoch(fromEpoch));
  }

  private void read(LossEvent.Builder event) {
    announced.read(offset++, event.setVersion(1).build().toByteArray());
  }
}
