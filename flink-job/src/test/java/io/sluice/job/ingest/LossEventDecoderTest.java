package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.TestingDecoder.Refusal;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Four shards in two partitions; records are read from partition 1, which holds shards 1 and 3. */
class LossEventDecoderTest {

  private final TestingDecoder decoded = new TestingDecoder();
  private final List<ShardEvent> events = decoded.events;
  private final List<Refusal> refusals = decoded.refusals;
  private boolean relativeLosses;

  @Test
  void sumsIndexDeltasOfABatch() {
    decode(
        batch()
            .addLocalIndexDeltas(7)
            .addLocalIndexDeltas(0)
            .addLocalIndexDeltas(5)
            .addLosses(0.5f)
            .addLosses(0.25f)
            .addLosses(-1));

    Losses losses = (Losses) events.get(0);
    assertThat(losses.shard()).isEqualTo(3);
    assertThat(TestingEvents.indices(losses)).containsExactly(7, 7, 12);
    assertThat(TestingEvents.values(losses)).containsExactly(0.5f, 0.25f, -1f);
    assertThat(losses.rejected()).isZero();
    assertThat(losses.epoch()).isEqualTo(4);
    assertThat(losses.rank()).isEqualTo(2);
    assertThat(losses.incarnation()).isEqualTo(11);
    assertThat(losses.sequence()).isEqualTo(9);
    assertThat(losses.position()).isEqualTo(new Position(1, 77, 123));
    assertThat(refusals).isEmpty();
  }

  @Test
  void refusesNonFiniteLossesAloneAndCountsThemAsSent() {
    decode(
        batch()
            .addLocalIndexDeltas(1)
            .addLocalIndexDeltas(1)
            .addLocalIndexDeltas(1)
            .addLosses(Float.NaN)
            .addLosses(2)
            .addLosses(Float.POSITIVE_INFINITY));

    Losses losses = (Losses) events.get(0);
    assertThat(TestingEvents.indices(losses)).containsExactly(2);
    assertThat(TestingEvents.values(losses)).containsExactly(2f);
    assertThat(losses.sent()).isEqualTo(3);
    assertThat(refusals)
        .containsExactly(
            new Refusal(Rejection.NON_FINITE_LOSS, "2 of 3 losses are NaN or infinite", 2));
  }

  @Test
  void refusesABatchWithANegativeIndexButCountsItAsSent() {
    decode(batch().addLocalIndexDeltas(1).addLocalIndexDeltas(-1).addLosses(1).addLosses(2));

    decoded.assertRefused(Rejection.NEGATIVE_INDEX, 2);
    assertThat(((Losses) events.get(0)).sent()).isEqualTo(2);
    assertThat(((Losses) events.get(0)).block().count()).isZero();
  }

  @Test
  void refusesIndicesBeyondTheLimitAlsoWhenTheirSumOverflows() {
    decode(batch().addLocalIndexDeltas(Sharding.MAX_LOCAL_INDEX).addLosses(1));
    decoded.assertRefused(Rejection.INDEX_TOO_LARGE, 1);

    refusals.clear();
    decode(
        batch()
            .addLocalIndexDeltas(Sharding.MAX_LOCAL_INDEX - 1)
            .addLocalIndexDeltas(Long.MAX_VALUE)
            .addLosses(1)
            .addLosses(1));
    decoded.assertRefused(Rejection.INDEX_TOO_LARGE, 2);
  }

  @Test
  void refusesABatchWhoseIndicesAndLossesDifferInNumber() {
    decode(batch().addLocalIndexDeltas(1).addLosses(1).addLosses(2));

    decoded.assertRefused(Rejection.LENGTH_MISMATCH, 2);
    assertThat(((Losses) events.get(0)).sent()).isEqualTo(2);
  }

  @Test
  void refusesShardsThatAreNotThisPartitions() {
    decode(batch().setShard(2).addLocalIndexDeltas(1).addLosses(1));
    decoded.assertRefused(Rejection.WRONG_SHARD, 1);
    assertThat(refusals.get(0).detail())
        .isEqualTo(
            "shard 2 in partition 1; the run has 4 shards in 2 partitions, shard s in partition s"
                + " mod 2");

    refusals.clear();
    decode(batch().setShard(5).addLocalIndexDeltas(1).addLosses(1));
    decoded.assertRefused(Rejection.WRONG_SHARD, 1);
    assertThat(events).isEmpty();
  }

  @Test
  void refusesNegativeEpochsAndRanks() {
    decode(batch().setEpoch(-1).addLocalIndexDeltas(1).addLosses(1));
    decoded.assertRefused(Rejection.BAD_EPOCH, 1);

    refusals.clear();
    decode(batch().setRank(-1).addLocalIndexDeltas(1).addLosses(1));
    decoded.assertRefused(Rejection.BAD_RANK, 1);
  }

  @Test
  void refusesBytesThatAreNoMessageAndVersionsItDoesNotKnow() {
    decode("no message".getBytes(StandardCharsets.UTF_8));
    decoded.assertRefused(Rejection.UNDECODABLE, 1);

    refusals.clear();
    decode(LossEvent.newBuilder().setVersion(2).setLossBatch(batch()).build().toByteArray());
    decoded.assertRefused(Rejection.UNKNOWN_VERSION, 1);

    refusals.clear();
    decode(new byte[0]);
    decoded.assertRefused(Rejection.UNKNOWN_VERSION, 1);

    refusals.clear();
    decode(LossEvent.newBuilder().setVersion(1).build().toByteArray());
    decoded.assertRefused(Rejection.NO_EVENT, 1);
  }

  @Test
  void readsAnEpochEnd() {
    EpochEnd.Builder end =
        EpochEnd.newBuilder()
            .setShard(1)
            .setEpoch(-1)
            .setRank(1)
            .setWorldSize(2)
            .setIncarnation(5)
            .setLosses(6);
    decode(LossEvent.newBuilder().setVersion(1).setEpochEnd(end).build().toByteArray());

    assertThat(events).containsExactly(new EpochEnded(1, new Position(1, 77, 123), -1, 1, 2, 5, 6));
  }

  @Test
  void refusesAnEpochEndOfARankOutsideTheWorld() {
    EpochEnd.Builder end = EpochEnd.newBuilder().setShard(1).setRank(2).setWorldSize(2);
    decode(LossEvent.newBuilder().setVersion(1).setEpochEnd(end).build().toByteArray());
    decoded.assertRefused(Rejection.BAD_RANK, 1);
  }

  @Test
  void refusesNumbersThatWouldFillMemory() {
    decode(join().setWorldSize(2_000_000_000));
    decoded.assertRefused(Rejection.BAD_RANK, 1);

    refusals.clear();
    decode(join().setEpoch(Integer.MAX_VALUE));
    decoded.assertRefused(Rejection.BAD_EPOCH, 1);

    refusals.clear();
    decode(batch().setEpoch(1_000_001).addLocalIndexDeltas(1).addLosses(1));
    decoded.assertRefused(Rejection.BAD_EPOCH, 1);
    assertThat(events).isEmpty();
  }

  @Test
  void spreadsAJoinOverThePartitionsShards() {
    decode(join().setIncarnation(5));

    assertThat(events)
        .containsExactly(
            new Joined(1, new Position(1, 77, 123), 1, 2, 3, 5, 0),
            new Joined(3, new Position(1, 77, 123), 1, 2, 3, 5, 0));
  }

  @Test
  void takesTheOffsetAsIncarnationInPartitionZero() {
    byte[] bytes =
        LossEvent.newBuilder()
            .setVersion(1)
            .setJoin(join().setIncarnation(5))
            .build()
            .toByteArray();
    decode(new RawRecord(new Position(0, 42, 0), bytes));

    assertThat(events).hasSize(2).allMatch(event -> ((Joined) event).incarnation() == 42);
  }

  @Test
  void refusesAJoinThatCountsWithOtherShards() {
    decode(join().setShards(128));
    decoded.assertRefused(Rejection.WRONG_SHARDS, 1);
    assertThat(events).isEmpty();
  }

  @Test
  void spreadsAMembershipOverThePartitionsShards() {
    Membership.Builder members =
        Membership.newBuilder().setGeneration(4).setFromEpoch(2).setWorldSize(3);
    decode(LossEvent.newBuilder().setVersion(1).setMembership(members).build().toByteArray());

    assertThat(events).extracting(ShardEvent::shard).containsExactly(1, 3);
    MembersDeclared declared = (MembersDeclared) events.get(0);
    assertThat(declared.generation()).isEqualTo(4);
    assertThat(declared.fromEpoch()).isEqualTo(2);
    assertThat(declared.worldSize()).isEqualTo(3);
  }

  @Test
  void takesTheOffsetAsGenerationInPartitionZero() {
    byte[] bytes =
        LossEvent.newBuilder()
            .setVersion(1)
            .setMembership(Membership.newBuilder().setGeneration(4).setWorldSize(1))
            .build()
            .toByteArray();
    decode(new RawRecord(new Position(0, 42, 0), bytes));

    assertThat(events).hasSize(2).allMatch(event -> ((MembersDeclared) event).generation() == 42);
  }

  @Test
  void refusesAMembershipOfNobodyOrOfTooMany() {
    Membership nobody = Membership.getDefaultInstance();
    decode(LossEvent.newBuilder().setVersion(1).setMembership(nobody).build().toByteArray());
    decoded.assertRefused(Rejection.BAD_RANK, 1);

    refusals.clear();
    Membership.Builder many = Membership.newBuilder().setWorldSize(65_537);
    decode(LossEvent.newBuilder().setVersion(1).setMembership(many).build().toByteArray());
    decoded.assertRefused(Rejection.BAD_RANK, 1);
  }

  @Test
  void takesRelativeLossesWhereTheRunSelectsByThem() {
    LossBatch.Builder batch =
        batch()
            .addAllLocalIndexDeltas(List.of(7L, 1L))
            .addAllLosses(List.of(3f, 1f))
            .addAllRelativeLosses(List.of(1f, -1f));
    decode(batch);
    relativeLosses = true;
    decode(batch);

    assertThat(events)
        .extracting(event -> TestingEvents.values((Losses) event))
        .containsExactly(new float[] {3, 1}, new float[] {1, -1});
    assertThat(refusals).isEmpty();
  }

  @Test
  void refusesABatchWithoutTheRelativeLossesThatTheRunSelectsBy() {
    relativeLosses = true;
    decode(batch().addAllLocalIndexDeltas(List.of(7L, 1L)).addAllLosses(List.of(3f, 1f)));

    assertThat(events).isEmpty();
    decoded.assertRefused(Rejection.NO_RELATIVE_LOSS, 2);
    assertThat(refusals.get(0).detail())
        .isEqualTo(
            "rank 2 sends no losses relative to their mini-batch's mean, and signal is relative"
                + " here; set it for the agents, too");
  }

  @Test
  void refusesRelativeLossesThatAreTooFewOrNotFinite() {
    relativeLosses = true;
    LossBatch.Builder batch =
        batch().addAllLocalIndexDeltas(List.of(7L, 1L)).addAllLosses(List.of(3f, 1f));
    decode(batch.addRelativeLosses(1));
    decoded.assertRefused(Rejection.LENGTH_MISMATCH, 2);

    refusals.clear();
    decode(batch.addRelativeLosses(Float.NaN));
    decoded.assertRefused(Rejection.NON_FINITE_LOSS, 1);
    assertThat(TestingEvents.values((Losses) events.get(1))).containsExactly(1f);
  }

  private static LossBatch.Builder batch() {
    return LossBatch.newBuilder()
        .setShard(3)
        .setEpoch(4)
        .setRank(2)
        .setIncarnation(11)
        .setSequence(9);
  }

  private static Join.Builder join() {
    return Join.newBuilder().setRank(1).setWorldSize(2).setEpoch(3).setShards(4);
  }

  private void decode(LossBatch.Builder batch) {
    decode(LossEvent.newBuilder().setVersion(1).setLossBatch(batch).build().toByteArray());
  }

  private void decode(Join.Builder join) {
    decode(LossEvent.newBuilder().setVersion(1).setJoin(join).build().toByteArray());
  }

  private void decode(byte[] value) {
    decode(new RawRecord(new Position(1, 77, 123), value));
  }

  private void decode(RawRecord record) {
    decoded.decode(record, relativeLosses);
  }
}
