package io.sluice.job.selection;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to round a loss to its code? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DifficultyCodeBenchmark {
  private static final int LOSSES = 1 << 15;

  private final float[] losses = TestingLosses.logNormal(LOSSES, 1);
  private final char[] codes = new char[LOSSES];

  /** Per loss. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public char[] encode() {
    for (int i = 0; i < LOSSES; i++) {
      codes[i] = DifficultyCode.encode(losses[i]);
    }
    return codes;
  }
}
