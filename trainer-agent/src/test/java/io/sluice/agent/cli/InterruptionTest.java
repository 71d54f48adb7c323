package io.sluice.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InterruptionTest {

  private final Thread worker = Thread.currentThread();

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  @Test
  void aStartIsFinishedBeforeAnInterruptionIsFound() throws Exception {
    String server =
        Interruption.start(
            () -> {
              worker.interrupt();
              return Thread.currentThread().isInterrupted() ? "half" : "whole";
            });

    assertThat(server).isEqualTo("whole");
    assertThatThrownBy(() -> Interruption.start(() -> "another"))
        .isInstanceOf(InterruptedException.class);
    assertThat(worker.isInterrupted()).isFalse();
  }

  @Test
  void aStartThatFailsSaysWhy() {
    UserError taken = new UserError("the port is in use");

    assertThatThrownBy(() -> Interruption.start(() -> fail(taken))).isSameAs(taken);
  }

  @Test
  void aStartThatFailsAmidAnInterruptionIsInterrupted() {
    assertThatThrownBy(
            () ->
                Interruption.start(
                    () -> {
                      worker.interrupt();
                      return fail(new IllegalStateException("Shutdown in progress"));
                    }))
        .isInstanceOf(InterruptedException.class);
  }

  private static String fail(RuntimeException e) {
    throw e;
  }
}
