package io.sluice.job.averaging;

import static io.sluice.job.averaging.TestingUpdates.amid;
import static io.sluice.job.averaging.TestingUpdates.end;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.job.averaging.ChunkLedger.Last;
import io.sluice.job.averaging.ChunkLedger.Round;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkLedgerTest {

  private final TestingUpdates agents = new TestingUpdates(0, 3);
  private final LaneMembers members = new LaneMembers();
  private final ChunkLedger ledger = new ChunkLedger();

  @Test
  void isCompleteWhenAllRanksHaveSentOneSync() {
    accept(agents.update(2, end(0), 1, 3));
    accept(agents.update(0, end(0), 1, 1));
    assertThat(ledger.isComplete(members)).isFalse();
    assertThat(ledger.missingRanks(members)).containsExactly(1);

    accept(agents.update(1, end(0), 1, 2));

    assertThat(ledger.isComplete(members)).isTrue();
  }

  @Test
  void doesNotMixSyncs() {
    accept(agents.update(0, amid(0, 2), 1, 1));
    accept(agents.update(1, amid(0, 1), 1, 1));
    accept(agents.update(2, amid(0, 2), 1, 1));
    assertThat(ledger.isComplete(members)).isFalse();
    assertThat(ledger.waiting()).isEqualTo(amid(0, 2));
    assertThat(ledger.missingRanks(members)).containsExactly(1);
    accept(agents.update(1, amid(0, 2), 1, 1));
    assertThat(ledger.isComplete(members)).isTrue();
  }

  @Test
  void holdsNothingAfterItsClose() {
    accept(agents.update(2, end(0), 30, 3));
    accept(agents.unusable(1, end(0)));
    accept(agents.update(0, end(0), 10, 1));

    Round round = ledger.close(members);

    assertThat(round.sync()).isEqualTo(end(0));
    assertThat(round.usable()).extracting(HeldUpdate::rank).containsExactly(0, 2);
    assertThat(round.unusable()).extracting(HeldUpdate::rank).containsExactly(1);
    assertThat(round.samples()).isEqualTo(40);
    assertThat(round.firstMillis()).isEqualTo(1000);
    assertThat(ledger.held()).isEmpty();
    assertThat(ledger.waiting()).isNull();
    assertThat(ledger.last()).isEqualTo(new Last(end(0), TestingUpdates.MODEL, 0));
    assertThat(ledger.isComplete(members)).isFalse();
  }

  @Test
  void changesItsSlotWithEachMean() {
    assertThat(close(amid(0, 1)).slot()).isEqualTo(0);
    assertThat(close(amid(0, 2)).slot()).isEqualTo(1);
    assertThat(close(end(1)).slot()).isEqualTo(0);
  }

  @Test
  void recognisesWhatItHasBeenToldAlready() {
    accept(agents.update(0, end(0), 1, 1));
    refuse(agents.update(0, end(0), 1, 1), Rejection.REPEATED_UPDATE);
    accept(agents.update(1, end(0), 1, 1));
    accept(agents.update(2, end(0), 1, 1));
    ledger.close(members);

    refuse(agents.update(0, end(0), 1, 1), Rejection.REPEATED_UPDATE);
    refuse(agents.update(0, 11, end(0), 0, 1, 1), Rejection.REPEATED_UPDATE);
  }

  @Test
  void refusesWhatIsAveragedAlready() {
    close(amid(3, 2));

    refuse(agents.update(0, amid(3, 1), 1, 1), Rejection.LATE_UPDATE);
    refuse(agents.update(0, end(2), 1, 1), Rejection.LATE_UPDATE);
    accept(agents.update(0, amid(3, 3), 1, 1));
  }

  @Test
  void fencesOffAnOlderIncarnationAlsoWhenNothingIsHeldOfTheNewer() {
    accept(agents.update(0, 12, end(0), 0, 1, 1));
    refuse(agents.update(0, 11, end(0), 0, 1, 1), Rejection.FENCED);
    accept(agents.update(1, end(0), 1, 1));
    accept(agents.update(2, end(0), 1, 1));
    ledger.close(members);

    refuse(agents.update(0, 11, end(1), 0, 1, 1), Rejection.FENCED);
    refuse(agents.update(1, 13, end(0), 0, 1, 1), Rejection.REPEATED_UPDATE);
    refuse(agents.update(1, 12, end(1), 0, 1, 1), Rejection.FENCED);
  }

  @Test
  void aNewIncarnationReplacesWhatTheOlderOneSent() {
    accept(agents.update(0, 10, amid(0, 2), 0, 7, 1));
    accept(agents.update(0, 11, amid(0, 1), 0, 8, 1));
    accept(agents.update(1, amid(0, 1), 1, 1));
    accept(agents.update(2, amid(0, 1), 1, 1));

    assertThat(ledger.isComplete(members)).isTrue();
    assertThat(ledger.close(members).samples()).isEqualTo(10);
  }

  @Test
  void anIncarnationGoesForwardOnly() {
    accept(agents.update(0, amid(0, 2), 1, 1));
    refuse(agents.update(0, amid(0, 1), 1, 1), Rejection.LATE_UPDATE);
    accept(agents.update(0, amid(0, 3), 1, 1));
  }

  /** The state is of an old savepoint, and what came since is not in the topic any more. */
  @Test
  void takesWhatIsFarAheadSinceAllAgentsAre() {
    close(end(3));
    close(end(50));
    assertThat(ledger.last().sync()).isEqualTo(end(50));
  }

  @Test
  void refusesAnotherModelThanThatOfTheOtherRanks() {
    accept(agents.update(0, end(0), 1, 1, 2));
    Update update = agents.update(1, end(0), 1, 1, 2);

    refuse(of(update, new Model(78, 4)), Rejection.WRONG_MODEL);
    refuse(of(update, new Model(77, 5)), Rejection.WRONG_MODEL);
    refuse(agents.update(1, end(0), 1, 1, 2, 3), Rejection.WRONG_MODEL);
    refuse(agents.update(1, new Sync(0, 1, false), 1, 1, 2), Rejection.WRONG_MODEL);
    accept(agents.unusable(1, end(0)));
    refuse(agents.update(2, end(0), 1, 1), Rejection.WRONG_MODEL);
    accept(agents.update(2, end(0), 1, 1, 2));
  }

  @Test
  void refusesAnotherModelThanBefore() {
    close(end(0));
    refuse(of(agents.update(1, end(1), 1, 1), new Model(78, 4)), Rejection.WRONG_MODEL);
    assertThat(ledger.held()).isEmpty();
  }

  @Test
  void whatIsOfAnotherSyncNeedNotAgree() {
    accept(of(agents.update(0, end(0), 1, 1), new Model(78, 4)));
    accept(agents.update(1, end(1), 1, 1, 2));
  }

  @Test
  void refusesAnotherWorldSizeInTheSameSync() {
    accept(agents.update(0, end(0), 1, 1));
    refuse(new TestingUpdates(0, 4).update(1, end(0), 1, 1), Rejection.WRONG_WORLD);
    accept(new TestingUpdates(0, 4).update(1, end(1), 1, 1));
  }

  @Test
  void doesNotWaitForRanksThatAreRemoved() {
    accept(agents.update(0, end(5), 1, 1));
    accept(agents.update(2, end(5), 1, 1));
    members.declare(agents.members(100, 5, 2));

    assertThat(ledger.drop(members))
        .extracting(dropped -> dropped.update().rank())
        .containsExactly(2);
    assertThat(ledger.drop(members)).isEmpty();
    refuse(agents.update(2, 11, end(5), 0, 1, 1), Rejection.NOT_A_MEMBER);
    assertThat(ledger.missingRanks(members)).containsExactly(1);
    accept(agents.update(1, end(5), 1, 1));

    assertThat(ledger.isComplete(members)).isTrue();
    assertThat(ledger.close(members).usable()).hasSize(2);
  }

  @Test
  void waitsForRanksThatAreRemovedLater() {
    members.declare(agents.members(100, 6, 2));
    accept(agents.update(0, end(5), 1, 1));
    accept(agents.update(1, end(5), 1, 1));
    assertThat(ledger.drop(members)).isEmpty();
    assertThat(ledger.isComplete(members)).isFalse();
    accept(agents.update(2, end(5), 1, 1));
    assertThat(ledger.isComplete(members)).isTrue();
  }

  @Test
  void doesNotWaitForRanksWhoseSelectionItIsNot() {
    members.declare(agents.members(100, 5, 7));
    accept(agents.update(0, end(5), 1, 1));
    accept(agents.update(1, end(5), 1, 1));
    accept(agents.update(2, end(5), 1, 1));
    assertThat(ledger.isComplete(members)).isTrue();
  }

  @Test
  void averagesASingleRankAtOnceAndDropsWhatThatOvertakes() {
    accept(agents.update(1, end(4), 1, 1));
    accept(agents.update(2, end(6), 1, 1));
    accept(new TestingUpdates(0, 1).update(0, end(5), 1, 1));
    assertThat(ledger.isComplete(members)).isTrue();
    ledger.close(members);

    assertThat(ledger.dropOvertaken())
        .extracting(dropped -> dropped.update().rank(), dropped -> dropped.refusal().reason())
        .containsExactly(tuple(1, Rejection.LATE_UPDATE));
    assertThat(ledger.held()).containsOnlyKeys(2);
  }

  @Test
  void isCopiedDeeplyForSnapshots() {
    accept(agents.update(0, end(0), 1, 1));
    ChunkLedger copy = new ChunkLedgerSerializer().copy(ledger);
    accept(agents.update(1, end(0), 1, 1));
    accept(agents.update(2, end(0), 1, 1));
    ledger.close(members);

    assertThat(copy.held()).containsOnlyKeys(0);
    assertThat(copy.incarnations()).containsOnlyKeys(0);
    assertThat(copy.last()).isNull();
  }

  private Round close(Sync sync) {
    for (int rank : List.of(1, 0, 2)) {
      accept(agents.update(rank, sync, 1, 1));
    }
    return ledger.close(members);
  }

  private static Update of(Update update, Model model) {
    return new Update(
        update.position(),
        update.sync(),
        update.rank(),
        update.incarnation(),
        update.worldSize(),
        update.chunk(),
        model,
        update.samples(),
        update.unusable(),
        update.values());
  }

  private void accept(Update update) {
    assertThat(judge(update)).isNull();
    ledger.hold(update);
  }

  private void refuse(Update update, Rejection reason) {
    assertThat(judge(update)).isNotNull().extracting(Refusal::reason).isEqualTo(reason);
  }

  private Refusal judge(Update update) {
    return ledger.refusal(update, members.worldSize(update.sync().epoch()));
  }
}
