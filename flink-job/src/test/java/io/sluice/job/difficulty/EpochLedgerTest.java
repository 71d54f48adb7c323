package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.difficulty.Verdict.Refused;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EpochLedgerTest {

  private final TestingEvents agents = new TestingEvents(0, 2);
  private final EpochLedger ledger = new EpochLedger();

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
  void closesWithoutARankThatAMembershipRemoves() {
    startEpochZero();
    accept(agents.end(0, 0));
    assertThat(ledger.isComplete()).isFalse();

    accept(agents.members(1, 0, 0));

    assertThat(ledger.isComplete()).isTrue();
    refuse(agents.losses(1, 0, 0, 1f), Rejection.NOT_A_MEMBER);
  }

  @Test
  void keepsAMembershipOfALaterEpochUntilThen() {
    startEpochZero();
    accept(agents.members(1, 1, 0));
    accept(agents.end(0, 0));
    assertThat(ledger.isComplete()).isFalse();
    accept(agents.end(1, 0));
    assertThat(ledger.isComplete()).isTrue();
    ledger.close();
    assertThat(ledger.missingRanks()).containsExactly(0);
  }

  @Test
  void refusesAMembershipThatIsNotNewer() {
    startEpochZero();
    accept(agents.members(2, 5, 0));
    refuse(agents.members(2, 6, 0, 1), Rejection.OLD_GENERATION);
    refuse(agents.members(1, 0, 0), Rejection.OLD_GENERATION);
  }

  @Test
  void takesTheRanksOfAJoinWithANewerGeneration() {
    startEpochZero();
    TestingEvents four = laterAgents(4);
    accept(four.join(0, 0, 1));
    assertThat(ledger.missingRanks()).containsExactly(0, 1, 2, 3);
    refuse(agents.join(1, 0, 0), Rejection.OLD_GENERATION);
  }

  @Test
  void countsNoEndOfAnOlderGenerationForANewerOne() {
    startEpochZero();
    accept(agents.end(1, 0));
    TestingEvents three = laterAgents(3);
    accept(three.join(0, 0, 1));
    accept(three.join(2, 0, 1));
    accept(three.end(0, 0));
    accept(three.end(2, 0));
    assertThat(ledger.missingRanks()).as("ended it as one of two, not of three").containsExactly(1);

    accept(three.join(1, 0, 1));
    accept(three.end(1, 0));
    assertThat(ledger.isComplete()).isTrue();
  }

  @Test
  void takesAgentsOfAnOlderGenerationForStrangers() {
    startEpochZero();
    accept(laterAgents(2).join(0, 0, 1));
    refuse(agents.losses(1, 0, 0, 1f), Rejection.UNKNOWN_INCARNATION);
    refuse(agents.end(1, 0), Rejection.UNKNOWN_INCARNATION);
  }

  @Test
  void refusesAgentsThatCountWithAnotherWorldSize() {
    accept(agents.join(1, 0));
    refuse(laterAgents(1).join(0, 0), Rejection.WRONG_WORLD);
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
  }

  @Test
  void letsThoseWhoAreLeftWriteOnAndStartAgainAfterAMembership() {
    startEpochZero();
    accept(agents.members(1, 0, 0));
    accept(agents.losses(0, 0, 0, 1f));
    accept(laterAgents(2).join(0, 0, 1));
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
  void refusesAJoinOfARankOutsideTheGeneration() {
    startEpochZero();
    accept(agents.members(1, 0, 0));
    refuse(agents.join(1, 0, 1), Rejection.NOT_A_MEMBER);
  }

  @Test
  void comesThroughItsSerializerUnchanged() throws IOException {
    startEpochZero();
    accept(agents.losses(0, 0, 0, 1f, 2f));
    judge(agents.losses(1, 1, 0, 1f));
    accept(agents.end(0, 0));
    accept(agents.members(5, 9, 0, 3));

    EpochLedger copy = TestingSerde.roundTrip(new EpochLedgerSerializer(), ledger);

    assertThat(copy).usingRecursiveComparison().isEqualTo(ledger);
    assertThat(ledger.deepCopy()).usingRecursiveComparison().isEqualTo(ledger);
  }

  @Test
  void isCopiedDeeplyForSnapshots() {
    startEpochZero();
    EpochLedger copy = new EpochLedgerSerializer().copy(ledger);
    accept(agents.end(0, 0));
    accept(agents.members(5, 9, 0));
    assertThat(copy.missingRanks()).containsExactly(0, 1);
    assertThat(copy.upcoming()).isEmpty();
  }

  private void startEpochZero() {
    accept(agents.join(0, 0));
    accept(agents.join(1, 0));
    accept(agents.end(0, -1));
    accept(agents.end(1, -1));
    ledger.close();
  }

  /** Agents whose records come after those of the others, and so have newer incarnations. */
  private static TestingEvents laterAgents(int worldSize) {
    TestingEvents later = new TestingEvents(0, worldSize);
    for (int i = 0; i < 50; i++) {
      later.samples(0, 0, 1);
    }
    return later;
  }

  private Verdict judge(ShardEvent event) {
    if (event instanceof Losses losses) {
      return ledger.losses(losses);
    } else if (event instanceof EpochEnded end) {
      return ledger.end(end);
    } else if (event instanceof Joined join) {
      return ledger.join(join);
    }
    return ledger.declare((MembersDeclared) event);
  }

  private void accept(ShardEvent event) {
    assertThat(judge(event)).isEqualTo(Verdict.ACCEPTED);
  }

  private void refuse(ShardEvent event, Rejection reason) {
    assertThat(judge(event))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }
}
