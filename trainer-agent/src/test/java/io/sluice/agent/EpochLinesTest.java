package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.train.EpochResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EpochLinesTest {

  @Test
  void aLineSaysHowManyLossesWereDropped() {
    StringWriter out = new StringWriter();
    AtomicLong dropped = new AtomicLong();
    EpochLines lines = new EpochLines(new PrintWriter(out), dropped::get);

    lines.epochDone(result(3));
    dropped.set(12_345);
    lines.epochDone(result(4));

    String rest =
        ": selected 9,000 of 10,000, trained 4,500 here, mean loss 0.5000, test accuracy 91.25 %,"
            + " turnaround 40 ms, gpu idle 7 ms, 1000 samples/s";
    assertThat(out.toString().lines())
        .containsExactly("epoch 3" + rest, "epoch 4" + rest + ", 12,345 losses dropped so far");
  }

  private static EpochResult result(int epoch) {
    return new EpochResult(
        epoch,
        4_500,
        1_500,
        9_000,
        10_000,
        0.5,
        0.9125,
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        Duration.ofMillis(40),
        Duration.ofNanos(7_900_000));
  }
}
