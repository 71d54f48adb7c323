package io.sluice.local.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.local.control.Announcements.Members;
import io.sluice.protocol.UserError;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RanksChangeTest {

  private static final OptionalInt ANY = OptionalInt.empty();

  @Test
  void fewerRanksHoldFromTheOpenEpochOn() {
    RanksChange change = RanksChange.of(3, List.of(), 4, 2, ANY);

    assertThat(change).isEqualTo(new RanksChange(3, 2, 4));
    assertThat(change.describe(4))
        .containsExactly(
            "The world size is 2 from the open epoch on: ranks 0 to 1.",
            "Removed: rank 2. Nobody waits for it any more; an agent of it that still runs ends by"
                + " itself when the next selection comes.",
            "The other agents go on as they are. Set world-size to 2 in the configuration, for"
                + " agents that start from now on.");
  }

  @Test
  void moreRanksHoldFromTheFirstEpochThatNoShardCanHaveBegun() {
    RanksChange change = RanksChange.of(2, List.of(), 4, 4, ANY);

    assertThat(change).isEqualTo(new RanksChange(2, 4, 6));
    assertThat(change.describe(4))
        .startsWith(
            "The world size is 4 from epoch 6 on: ranks 0 to 3.",
            "Added: ranks 2 to 3. Start their agents now, with world-size 4; epoch 6 waits for"
                + " them.");
  }

  @Test
  void aLaterEpochMayBeChosen() {
    assertThat(RanksChange.of(3, List.of(), 4, 2, OptionalInt.of(9)).fromEpoch()).isEqualTo(9);
    assertThat(RanksChange.of(2, List.of(), 4, 3, OptionalInt.of(6)).fromEpoch()).isEqualTo(6);
    assertThat(RanksChange.of(2, List.of(), 4, 3, OptionalInt.of(9)).fromEpoch()).isEqualTo(9);
    assertThat(RanksChange.of(3, List.of(), 4, 2, OptionalInt.of(0)).fromEpoch())
        .as("past, so the open one")
        .isEqualTo(4);
  }

  @Test
  void parametersThatARankOwesOfAnEpochItEndedEarlyAreNotWaitedFor() {
    assertThat(RanksChange.of(3, List.of(), 4, 2, ANY).fromSyncs(4)).isEqualTo(3);
    assertThat(RanksChange.of(3, List.of(), -1, 2, ANY).fromSyncs(-1)).isEqualTo(-1);
    assertThat(RanksChange.of(3, List.of(), 4, 2, OptionalInt.of(9)).fromSyncs(4))
        .as("until then they are there")
        .isEqualTo(9);
    assertThat(RanksChange.of(2, List.of(), 4, 4, ANY).fromSyncs(4)).isEqualTo(6);
  }

  @Test
  void ranksCannotBeAddedToAnEpochThatMayHaveBegun() {
    assertThatThrownBy(() -> RanksChange.of(2, List.of(), 4, 3, OptionalInt.of(5)))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "ranks cannot be added from epoch 5 on: it, or its selection, may have begun; the"
                + " earliest is epoch 6");
  }

  /** A shard may have taken up the smaller world already, and would add to that. */
  @Test
  void takingBackARemovalThatMayHoldAlreadyAddsRanks() {
    List<Members> removal = List.of(new Members(70, 4, 2));

    assertThat(RanksChange.of(3, removal, 4, 3, ANY)).isEqualTo(new RanksChange(2, 3, 6));
    assertThatThrownBy(() -> RanksChange.of(3, removal, 4, 3, OptionalInt.of(4)))
        .isInstanceOf(UserError.class);
  }

  @Test
  void countsFromWhatIsAnnouncedUntilThen() {
    List<Members> announced = List.of(new Members(70, 6, 4), new Members(80, 9, 5));

    assertThat(RanksChange.of(3, announced, 4, 2, OptionalInt.of(5)).before()).isEqualTo(3);
    assertThat(RanksChange.of(3, announced, 4, 2, OptionalInt.of(6)).before()).isEqualTo(4);
    assertThat(RanksChange.of(3, announced, 4, 2, OptionalInt.of(99)).before()).isEqualTo(5);
  }

  @Test
  void theSameNumberTakesBackWhatWasAnnouncedForLater() {
    assertThat(RanksChange.of(3, List.of(new Members(70, 9, 4)), 4, 3, ANY))
        .isEqualTo(new RanksChange(3, 3, 4));
  }

  /** The first agent came with a world size of 3, and there will never be a third. */
  @Test
  void canBeSetBeforeTheFirstSelection() {
    assertThat(RanksChange.of(3, List.of(), -1, 2, ANY)).isEqualTo(new RanksChange(3, 2, -1));
    assertThat(RanksChange.of(3, List.of(), -1, 4, ANY)).isEqualTo(new RanksChange(3, 4, 1));
    assertThat(RanksChange.of(0, List.of(), -1, 4, ANY))
        .as("before anybody has joined")
        .isEqualTo(new RanksChange(0, 4, -1));
    assertThat(RanksChange.of(0, List.of(), -1, 4, ANY).describe(-1))
        .hasSize(2)
        .first()
        .isEqualTo("The world size is 4 from the open epoch on: ranks 0 to 3.");
  }
}
