package io.sluice.job.averaging;

import io.sluice.protocol.Wire;
import java.util.SplittableRandom;
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

/** What does a parameter of one rank cost in the mean? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AveragingBenchmark {

  private static final int RANKS = 8;

  private final byte[][] chunks = new byte[RANKS][];
  private final WeightedMean mean = new WeightedMean(Wire.CHUNK_VALUES);

  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int rank = 0; rank < RANKS; rank++) {
      float[] values = new float[Wire.CHUNK_VALUES];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      chunks[rank] = TestingUpdates.bytes(values);
    }
  }

  /** Per value of a rank, full chunks of 8 ranks. */
  @Benchmark
  @OperationsPerInvocation(RANKS * Wire.CHUNK_VALUES)
  public byte[] mean() {
    mean.clear();
    for (int rank = 0; rank < RANKS; rank++) {
      mean.add(chunks[rank], 1000 + rank);
    }
    return mean.result();
  }

  /** Per value: is it finite? */
  @Benchmark
  @OperationsPerInvocation(RANKS * Wire.CHUNK_VALUES)
  public int check() {
    int nonFinite = 0;
    for (byte[] chunk : chunks) {
      nonFinite += ChunkValues.nonFinite(chunk);
    }
    return nonFinite;
  }
}
