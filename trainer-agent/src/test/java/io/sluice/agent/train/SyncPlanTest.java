package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyncPlanTest {

  @Test
  void withoutAnIntervalOnlyTheEndOfTheEpochIsASync() {
    SyncPlan plan = new SyncPlan(3, 300, 32, 0);
    for (int trained = 0; trained < 300; trained += 32) {
      assertThat(plan.at(trained)).isEmpty();
    }
    assertThat(plan.at(300)).contains(new Sync(3, 1, true));
    assertThat(plan.since(300)).isEqualTo(300);
    assertThat(all(plan)).containsExactly(new Sync(3, 1, true));
  }

  @Test
  void amidTheEpochEverySoManyBatches() {
    SyncPlan plan = new SyncPlan(3, 300, 32, 4);
    assertThat(plan.at(0)).isEmpty();
    assertThat(plan.at(96)).isEmpty();
    assertThat(plan.at(128)).contains(new Sync(3, 1, false));
    assertThat(plan.at(256)).contains(new Sync(3, 2, false));
    assertThat(plan.at(300)).contains(new Sync(3, 3, true));
    assertThat(plan.since(128)).isEqualTo(128);
    assertThat(plan.since(256)).isEqualTo(128);
    assertThat(plan.since(300)).isEqualTo(44);
    assertThat(all(plan))
        .containsExactly(new Sync(3, 1, false), new Sync(3, 2, false), new Sync(3, 3, true));
  }

  @Test
  void noOtherSyncWhereTheEpochEnds() {
    SyncPlan plan = new SyncPlan(3, 256, 32, 4);
    assertThat(plan.at(256)).contains(new Sync(3, 2, true));
    assertThat(plan.since(256)).isEqualTo(128);
    assertThat(all(plan)).containsExactly(new Sync(3, 1, false), new Sync(3, 2, true));
  }

  @Test
  void anEmptyEpochHasAnEndToo() {
    SyncPlan plan = new SyncPlan(3, 0, 32, 4);
    assertThat(plan.at(0)).contains(new Sync(3, 1, true));
    assertThat(plan.since(0)).isZero();
    assertThat(all(plan)).containsExactly(new Sync(3, 1, true));
  }

  @Test
  void theLargestSettingsDoNotOverflow() {
    SyncPlan plan = new SyncPlan(3, Integer.MAX_VALUE, 1_000_000, 1_000_000_000);
    assertThat(plan.at(Integer.MAX_VALUE)).contains(new Sync(3, 1, true));
    assertThat(plan.at(2_000_000_000)).isEmpty();
    assertThat(plan.since(2_000_000_000)).isEqualTo(2_000_000_000);
  }

  @Test
  void aLaterSyncHasNoneThatFollowsInThisEpoch() {
    assertThat(new SyncPlan(3, 300, 32, 4).next(new Sync(4, 1, false))).isEmpty();
  }

  private static List<Sync> all(SyncPlan plan) {
    List<Sync> all = new ArrayList<>();
    Sync before = new Sync(plan.epoch() - 1, 9, true);
    for (Optional<Sync> next = plan.next(before); next.isPresent(); next = plan.next(before)) {
      before = next.get();
      all.add(before);
    }
    return all;
  }
}
