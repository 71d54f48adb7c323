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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a decision on a sample cost? {@link #full} needs no hash, {@link #annealing} one for
 * each sample: their difference is the price of {@link KeepHash}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BandFilterBenchmark {
  /** So many that a processor cannot learn the decisions by heart. */
  private static final int SAMPLES = 1 << 20;

  private static final int SHARDS = 128;

  private final BandFilter seta = TestingFilters.seta();
  private final BandFilter full = TestingFilters.full();
  private final BandFilter annealing = TestingFilters.annealing();
  private final char[] codes = new char[SAMPLES];

  @Setup
  public void encode() {
    float[] losses = TestingLosses.logNormal(SAMPLES, 1);
    for (int i = 0; i < SAMPLES; i++) {
      codes[i] = DifficultyCode.encode(losses[i]);
    }
  }

  /** Per sample. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long seta() {
    return select(seta);
  }

  /** Per sample. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long full() {
    return select(full);
  }

  /** Per sample. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public long annealing() {
    return select(annealing);
  }

  private long select(BandFilter filter) {
    long sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
      sum += filter.select((long) i * SHARDS, codes[i], true);
    }
    return sum;
  }
}
