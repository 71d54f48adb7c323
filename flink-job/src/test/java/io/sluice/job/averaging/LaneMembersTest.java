package io.sluice.job.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneMembers.Declared;
import io.sluice.job.ingest.Rejection;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneMembersTest {

  private final TestingUpdates operator = new TestingUpdates(0, 3);
  private final LaneMembers members = new LaneMembers();

  @Test
  void limitsNothingBeforeAnybodyHasDeclaredAnything() {
    assertThat(members.worldSize(0)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void holdFromTheirEpochOn() {
    accept(operator.members(100, 5, 2));
    accept(operator.members(200, 8, 4));
    assertThat(members.worldSize(4)).isEqualTo(Integer.MAX_VALUE);
    assertThat(members.worldSize(5)).isEqualTo(2);
    assertThat(members.worldSize(7)).isEqualTo(2);
    assertThat(members.worldSize(8)).isEqualTo(4);
  }

  @Test
  void theGreatestGenerationHoldsInWhicheverOrderTheyCome() {
    List<MembersDeclared> declared =
        List.of(operator.members(7, 5, 4), operator.members(8, 3, 3), operator.members(9, 8, 5));
    LaneMembers other = new LaneMembers();
    declared.forEach(this::accept);
    for (int i = declared.size() - 1; i >= 0; i--) {
      other.declare(declared.get(i));
    }

    assertThat(members.declared()).containsExactly(new Declared(8, 3, 3), new Declared(9, 8, 5));
    assertThat(other.declared()).isEqualTo(members.declared());
  }

  @Test
  void refusesWhatANewerOneOverrulesAndWhatItKnows() {
    accept(operator.members(8, 5, 2));
    refuse(operator.members(8, 5, 2), Rejection.REPEATED_MEMBERSHIP);
    refuse(operator.members(7, 6, 3), Rejection.OLD_GENERATION);
    accept(operator.members(7, 4, 3));
    assertThat(members.worldSize(4)).isEqualTo(3);
    assertThat(members.worldSize(5)).isEqualTo(2);
  }

  private void accept(MembersDeclared declared) {
    assertThat(members.declare(declared)).isNull();
  }

  private void refuse(MembersDeclared declared, Rejection reason) {
    assertThat(members.declare(declared)).extracting(Refusal::reason).isEqualTo(reason);
  }
}
