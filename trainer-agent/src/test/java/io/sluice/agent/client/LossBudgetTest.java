package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LossBudgetTest {

  @Test
  void admitsWhatThereIsRoomForAndAgainWhatWasReleased() {
    LossBudget budget = new LossBudget(10);

    assertThat(budget.admit(7)).isEqualTo(7);
    assertThat(budget.admit(7)).isEqualTo(3);
    assertThat(budget.admit(7)).isZero();
    budget.release(4);
    assertThat(budget.held()).isEqualTo(6);
    assertThat(budget.admit(7)).isEqualTo(4);
  }
}
