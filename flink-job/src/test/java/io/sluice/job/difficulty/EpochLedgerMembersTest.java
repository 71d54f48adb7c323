package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.TestingEvents;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who the ranks are, as a shard is told. */
class EpochLedgerMembersTest extends TestingLedger {

  @Test
  void recognisesAMembershipThatWasWrittenToPartitionZeroTwice() {
    startEpochZero();
    accept(agents.members(50, 3, 4));
    refuse(agents.members(51, 3, 4), Rejection.REPEATED_MEMBERSHIP);
    accept(agents.members(52, 4, 5));
    accept(agents.members(53, 4, 4));
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
}
