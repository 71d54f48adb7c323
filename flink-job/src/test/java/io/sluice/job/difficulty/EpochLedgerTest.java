package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EpochLedgerTest extends TestingLedger {

  @Test
  void isNotCompleteBeforeAnybodyJoined() {
    assertThat(ledger.isComplete()).isFalse();
    assertThat(ledger.openEpoch()).isEqualTo(-1);
  }

  @Test
  void isCompleteWhenEveryRankHasEndedTheOpenEpoch() {
    accept(agents.join(0, 0));
    accept(agents.end(0, -1));
    assertThat(ledger.isComplete()).isFalse();
    assertThat(ledger.missingRanks()).containsExactly(1);
    accept(agents.join(1, 0));
    assertThat(ledger.isComplete()).isFalse();
    accept(agents.end(1, -1));
    assertThat(ledger.isComplete()).isTrue();
  }

  @Test
  void waitsAgainAfterItsClose() {
    startEpochZero();

    assertThat(ledger.openEpoch()).isZero();
    assertThat(ledger.isComplete()).isFalse();
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
  }

  @Test
  void refusesAnEndWhoseCountDisagreesAndLeavesTheRankMissing() {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f, 2f));

    refuse(agents.end(0, 0, 3), Rejection.COUNT_MISMATCH);
    assertThat(ledger.missingRanks()).contains(0);
    accept(agents.end(0, 0, 2));
    assertThat(ledger.missingRanks()).doesNotContain(0);
  }

  @Test
  void countsRefusedLossesAsReceived() {
    startEpochZero();
    accept(TestingEvents.withRejected(agents.losses(0, 0, 1, 1f), 4));
    accept(agents.end(0, 0, 5));
  }

  @Test
  void recognisesARepeatedBatchAndDoesNotCountItTwice() {
    startEpochZero();
    Losses batch = agents.losses(0, 0, 0, 1f, 2f);
    accept(batch);
    refuse(batch, Rejection.REPEATED_BATCH);
    accept(agents.end(0, 0, 2));
  }

  @Test
  void recognisesRepeatedEndsAndJoins() {
    Joined join = agents.join(0, 0);
    accept(join);
    refuse(join, Rejection.REPEATED_JOIN);
    EpochEnded end = agents.end(0, -1);
    accept(end);
    refuse(end, Rejection.REPEATED_END);
  }

  @Test
  void recognisesAJoinThatWasWrittenToPartitionZeroTwice() {
    Joined join = agents.join(0, 0);
    accept(join);
    long later = join.incarnation() + 1;
    refuse(
        new Joined(0, new Position(0, later, 0), 0, 2, 0, later, join.nonce()),
        Rejection.REPEATED_JOIN);
    accept(agents.end(0, -1));
  }

  @Test
  void defersLossesOfTheNextEpochAndCountsThemThere() {
    startEpochZero();
    assertThat(judge(agents.losses(0, 1, 0, 1f))).isEqualTo(Verdict.DEFERRED);
    accept(agents.end(0, 0, 0));
    accept(agents.end(1, 0));
    ledger.close();

    accept(agents.losses(0, 1, 1, 1f));
    accept(agents.end(0, 1, 2));
  }

  @Test
  void refusesLossesThatAreTooLateOrTooEarly() {
    startEpochZero();
    accept(agents.end(0, 0));
    accept(agents.end(1, 0));
    ledger.close();

    refuse(agents.losses(0, 0, 0, 1f), Rejection.LATE_LOSS);
    refuse(agents.losses(0, 3, 0, 1f), Rejection.EARLY_LOSS);
  }

  @Test
  void refusesAnEndOfAnEpochThatIsNotOpenYet() {
    startEpochZero();
    refuse(agents.end(0, 1), Rejection.EARLY_END);
  }

  @Test
  void fencesOffAnOlderIncarnation() {
    startEpochZero();
    Losses zombieLosses = agents.losses(0, 0, 0, 1f);
    EpochEnded zombieEnd = agents.end(0, 0);
    accept(agents.join(0, 0));

    refuse(zombieLosses, Rejection.FENCED);
    refuse(zombieEnd, Rejection.FENCED);
  }

  @Test
  void countsAnewForANewIncarnation() {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f, 2f, 3f));
    accept(agents.join(0, 0));
    refuse(agents.end(0, -1), Rejection.REPEATED_END);
    accept(agents.losses(0, 0, 0, 1f));
    accept(agents.end(0, 0, 1));
  }

  @Test
  void makesARestartedRankEndTheOpenEpochAgain() {
    startEpochZero();
    accept(agents.end(0, 0));
    accept(agents.join(0, 0));
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
  }

  @Test
  void letsAnAgentThatResumesAtTheNextEpochEndTheOpenOneWithWhatArrived() {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f));
    accept(agents.join(0, 1));
    accept(agents.end(0, 0));
    accept(agents.end(1, 0));
    assertThat(ledger.isComplete()).isTrue();
  }

  @Test
  void refusesWhoeverHasNotJoined() {
    TestingEvents strangers = new TestingEvents(0, 2);
    strangers.join(0, 0);
    refuse(strangers.losses(0, 0, 0, 1f), Rejection.UNKNOWN_INCARNATION);
    refuse(strangers.end(0, -1), Rejection.UNKNOWN_INCARNATION);
  }

  @Test
  void beginsWhereTheFirstAgentOfAllSays() {
    accept(agents.join(0, 7));
    assertThat(ledger.openEpoch()).isEqualTo(6);
    accept(agents.join(1, 7));
    accept(agents.end(0, 6));
    accept(agents.end(1, 6));
    assertThat(ledger.isComplete()).isTrue();
  }

  @Test
  void waitsForARankWhoseCountDisagrees() {
    accept(agents.join(0, 0));
    accept(agents.join(1, 0));
    assertThat(ledger.isWaiting()).isFalse();
    refuse(agents.end(0, -1, 5), Rejection.COUNT_MISMATCH);
    assertThat(ledger.isWaiting()).isTrue();
    accept(agents.end(0, -1, 0));
    accept(agents.end(1, -1));
    assertThat(ledger.isWaiting()).isFalse();
  }

  @Test
  void doesNotCloseWithoutLossesThatARankWillNotSendAgain() {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f));
    refuse(agents.end(0, 0, 2), Rejection.COUNT_MISMATCH);
    accept(agents.end(1, 0));

    accept(agents.join(0, 1)); // its checkpoint is of the end of epoch 0
    refuse(agents.end(0, 0, 0), Rejection.COUNT_MISMATCH);
    accept(agents.join(0, 1));
    refuse(agents.end(0, 0, 0), Rejection.COUNT_MISMATCH);
    assertThat(ledger.isComplete()).isFalse();
    assertThat(ledger.isWaiting()).isTrue();

    accept(agents.join(0, 0)); // from the checkpoint before
    accept(agents.losses(0, 0, 0, 1f, 2f));
    accept(agents.end(0, 0));
    assertThat(ledger.isComplete()).isTrue();
  }

  @Test
  void knowsHowLargeTheDatasetIs() {
    startEpochZero();
    assertThat(ledger.declare(agents.samples(1, 0, 10))).isEqualTo(Verdict.ACCEPTED);
    assertThat(ledger.declare(agents.samples(2, 10, 5))).isEqualTo(Verdict.DEFERRED);
    assertThat(ledger.declare(agents.samples(1, 0, 7))).isEqualTo(Verdict.ACCEPTED);
    assertThat(ledger.datasetSize()).isEqualTo(15);
  }

  @Test
  void comesThroughItsSerializerUnchanged() throws IOException {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f, 2f));
    judge(agents.losses(1, 1, 0, 1f));
    accept(agents.end(0, 0));
    accept(agents.members(500, 9, 4));
    accept(agents.join(1, 1));
    ledger.declare(agents.samples(1, 0, 10));

    EpochLedger copy = TestingSerde.roundTrip(new EpochLedgerSerializer(), ledger);

    assertThat(copy).usingRecursiveComparison().isEqualTo(ledger);
    assertThat(ledger.deepCopy()).usingRecursiveComparison().isEqualTo(ledger);
  }

  @Test
  void isCopiedDeeplyForSnapshots() {
    startEpochZero();
    EpochLedger copy = new EpochLedgerSerializer().copy(ledger);
    accept(agents.end(0, 0));
    accept(agents.members(500, 9, 1));
    assertThat(copy.missingRanks()).containsExactly(0, 1);
    assertThat(copy.upcoming()).isEmpty();
  }
}
