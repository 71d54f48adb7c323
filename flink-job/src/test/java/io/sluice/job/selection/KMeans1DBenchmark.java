package io.sluice.job.selection;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does an epoch's clustering take, as a rule and at worst? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KMeans1DBenchmark {
  private static final SparseHistogram LOSSES = TestingHistograms.logNormal(3_000_000, 1);
  private static final SparseHistogram EVERY_CODE =
      TestingHistograms.bins(DifficultyCode.MAX - DifficultyCode.MIN + 1, 1);

  @Param({"5", "10"})
  private int k;

  /** Per clustering of three million samples. */
  @Benchmark
  public List<Cluster> losses() {
    return KMeans1D.cluster(LOSSES, k);
  }

  /** Per clustering of a histogram in which no code is missing. */
  @Benchmark
  public List<Cluster> everyCode() {
    return KMeans1D.cluster(EVERY_CODE, k);
  }
}
