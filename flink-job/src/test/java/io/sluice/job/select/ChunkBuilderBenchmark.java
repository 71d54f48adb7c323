package io.sluice.job.select;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.difficulty.TestingCodes;
import io.sluice.job.selection.BandFilter;
import io.sluice.job.selection.TestingFilters;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
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

/** What does a sample cost between a plan and its chunk? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChunkBuilderBenchmark {
  private static final int SAMPLES = CodesPart.PAGES * PageCodes.SIZE;

  private final ChunkBuilder chunks = new ChunkBuilder(new Sharding(128, 1));
  private final CodesPart part = TestingCodes.part(CodesPart.PAGES, 1);
  private final BandFilter filter = TestingFilters.seta();

  /** Per sample of a part as large as parts get. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public SelectionChunk build() {
    return chunks.build(part, filter, 2, null);
  }
}
