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

/** What does it cost to count a sample, and to merge what all shards of a run have counted? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HistogramBenchmark {
  private static final int SAMPLES = 1 << 15;
  private static final int SHARDS = 128;

  private final Histogram histogram = new Histogram();
  private final char[] codes = new char[SAMPLES];

  /** What the shards of a run have counted. */
  @State(Scope.Thread)
  public static class Shards {
    private final SparseHistogram[] histograms = new SparseHistogram[SHARDS];

    @Setup
    public void count() {
      for (int shard = 0; shard < SHARDS; shard++) {
        histograms[shard] = TestingHistograms.logNormal(SAMPLES, shard);
      }
    }
  }

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
  public Histogram add() {
    for (char code : codes) {
      histogram.add(code);
    }
    return histogram;
  }

  /** Per merge of all shards, some four million samples. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public SparseHistogram merge(Shards shards) {
    histogram.clear();
    for (SparseHistogram shard : shards.histograms) {
      histogram.add(shard);
    }
    return histogram.toSparse();
  }
}
