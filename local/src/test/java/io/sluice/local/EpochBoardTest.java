package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.train.EpochAverages;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpochBoardTest {

  private final TestingTerminal terminal = new TestingTerminal();

  /** The agents of an interrupted demo still run when it says what came of it. */
  @Test
  void hearsNothingWhenItIsClosed() {
    EpochBoard board = new EpochBoard(terminal.watched(120, false), /* plans= */ null, 1, false);
    TrainingListener listener = board.listener(0);
    listener.batchDone(3, 10, 100, 0.5, 1000);
    assertThat(terminal.text()).contains("epoch 3");

    board.close();
    String closed = terminal.text();
    listener.batchDone(3, 100, 100, 0.5, 1000);
    listener.epochDone(
        new EpochResult(
            3,
            100,
            0,
            100,
            200,
            0.5,
            0.9,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            EpochAverages.NONE));

    assertThat(terminal.text()).isEqualTo(closed);
    assertThat(board.epochs()).isEmpty();
  }
}
