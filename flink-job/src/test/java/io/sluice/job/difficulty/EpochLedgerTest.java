package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.difficulty.Verdict.Refused;
import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import java.util.List;
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
  void recognisesAMembershipThatWasWrittenToPartitionZeroTwice() {
    startEpochZero();
    accept(agents.members(50, 3, 4));
    refuse(agents.members(51, 3, 4), Rejection.REPEATED_MEMBERSHIP);
    accept(agents.members(52, 4, 5));
    accept(agents.members(53, 4, 4));
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

    accept(agents.members(100, 0, 1));

    assertThat(ledger.isComplete()).isTrue();
    refuse(agents.losses(1, 0, 0, 1f), Rejection.NOT_A_MEMBER);
    refuse(agents.end(1, 0), Rejection.NOT_A_MEMBER);
  }

  @Test
  void keepsAMembershipOfALaterEpochUntilThen() {
    startEpochZero();
    accept(agents.members(100, 1, 1));
    accept(agents.end(0, 0));
    assertThat(ledger.isComplete()).isFalse();
    accept(agents.end(1, 0));
    assertThat(ledger.isComplete()).isTrue();
    ledger.close();
    assertThat(ledger.missingRanks()).containsExactly(0);
  }

  @Test
  void theGreatestGenerationHoldsFromItsEpochOnInWhicheverOrderTheyCome() {
    startEpochZero();
    EpochLedger other = ledger.deepCopy();
    List<MembersDeclared> declared =
        List.of(agents.members(7, 5, 4), agents.members(8, 3, 3), agents.members(9, 8, 5));
    declared.forEach(this::accept);
    for (int i = declared.size() - 1; i >= 0; i--) {
      other.declare(declared.get(i));
    }

    assertThat(ledger.upcoming())
        .extracting(Members::generation)
        .as("the seventh is overruled by the eighth, which comes before it")
        .containsExactly(8L, 9L);
    assertThat(other.upcoming()).isEqualTo(ledger.upcoming());
  }

  @Test
  void refusesAMembershipThatANewerOneOverrules() {
    startEpochZero();
    accept(agents.members(2, 5, 1));
    refuse(agents.members(2, 5, 1), Rejection.REPEATED_MEMBERSHIP);
    refuse(agents.members(1, 6, 3), Rejection.OLD_GENERATION);
    accept(agents.members(1, 4, 3));
    assertThat(ledger.upcoming()).extracting(Members::fromEpoch).containsExactly(4, 5);
  }

  @Test
  void ranksThatAreAddedDoNotHaveToEndTheEpochThatIsOpen() {
    startEpochZero();
    accept(agents.members(9, 0, 4));
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
    accept(agents.end(0, 0));
    accept(agents.end(1, 0));
    assertThat(ledger.isComplete()).isTrue();
    ledger.close();
    assertThat(ledger.missingRanks()).containsExactly(0, 1, 2, 3);
    assertThat(ledger.members().world()).isEqualTo(new World(9, 4));
  }

  @Test
  void admitsAgentsOfRanksThatAreAnnounced() {
    startEpochZero();
    TestingEvents three = laterAgents(3);
    refuse(three.join(2, 0), Rejection.WRONG_WORLD);
    accept(agents.members(9, 5, 3));
    accept(three.join(2, 0));
    refuse(three.end(2, -1), Rejection.REPEATED_END);
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
  }

  @Test
  void aRankThatWasRemovedHasToJoinAgainWhenItIsAddedAgain() {
    startEpochZero();
    accept(agents.members(8, 0, 1));
    accept(agents.members(9, 1, 2));
    refuse(agents.losses(1, 0, 0, 1f), Rejection.UNKNOWN_INCARNATION);
    accept(agents.join(1, 1));
  }

  @Test
  void aMembershipBeforeAnyAgentSaysWhoTheRanksAre() {
    accept(agents.members(0, -1, 2));
    refuse(laterAgents(3).join(2, 4), Rejection.WRONG_WORLD);
    assertThat(ledger.openEpoch()).as("whoever is refused begins nothing").isEqualTo(-1);
    accept(agents.join(0, 7));
    assertThat(ledger.openEpoch()).isEqualTo(6);
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
  }

  @Test
  void theRunBeginsWithItsFirstAgentAlthoughAMembershipIsAnnounced() {
    accept(agents.members(0, 3, 3));
    accept(agents.join(1, 0));
    assertThat(ledger.missingRanks()).containsExactly(0, 1);
    assertThat(ledger.upcoming()).extracting(Members::worldSize).containsExactly(3);
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
    accept(agents.members(100, 0, 1));
    accept(agents.losses(0, 0, 0, 1f));
    refuse(laterAgents(2).join(0, 0), Rejection.WRONG_WORLD);
    accept(laterAgents(1).join(0, 0));
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
