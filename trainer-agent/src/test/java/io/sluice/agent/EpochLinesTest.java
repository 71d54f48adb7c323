package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.train.EpochAverages;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.Sync;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EpochLinesTest {

  @Test
  void aLineSaysHowManyLossesWereDropped() {
    StringWriter out = new StringWriter();
    AtomicLong dropped = new AtomicLong();
    EpochLines lines = new EpochLines(new PrintWriter(out), dropped::get);

    lines.epochDone(result(3, EpochAverages.NONE));
    dropped.set(12_345);
    lines.epochDone(result(4, EpochAverages.NONE));

    String rest =
        ": selected 9,000 of 10,000, trained 4,500 here, mean loss 0.5000, test accuracy 91.25 %,"
            + " turnaround 40 ms, gpu idle 7 ms, 1000 samples/s";
    assertThat(out.toString().lines())
        .containsExactly("epoch 3" + rest, "epoch 4" + rest + ", 12,345 losses dropped so far");
  }

  @Test
  void aLineSaysWhoseMeanTheModelIs() {
    StringWriter out = new StringWriter();
    EpochLines lines = new EpochLines(new PrintWriter(out), () -> 0);
    Duration time = Duration.ofMillis(34);

    lines.modelTaken(new Sync(2, 1, true));
    lines.epochDone(result(3, new EpochAverages(1, time, 2, List.of())));
    lines.epochDone(result(4, new EpochAverages(3, time, 1, List.of(0, 2))));

    assertThat(out.toString().lines().map(line -> line.replaceFirst("^.*samples/s", "")))
        .containsExactly(
            "goes on from the model of all agents at the end of epoch 2",
            ", averaged over 2 agents in 34 ms",
            ", averaged 3 times over 1 agent in 34 ms, without rank 0 and 2");
  }

  private static EpochResult result(int epoch, EpochAverages averages) {
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
        Duration.ofNanos(7_900_000),
        averages);
  }
}
