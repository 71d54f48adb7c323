package io.sluice.job.difficulty;

import io.sluice.job.difficulty.PageCodes.Tally;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.TestingLosses;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What does a loss cost in its page, and a sample at an epoch's close? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PageBenchmark {
  /** So many that a processor cannot learn by heart which samples were measured. */
  private static final int PAGES = 256;

  private static final int SAMPLES = PAGES * Page.SIZE;

  /** The pages that losses come for. */
  private static final int MEASURED_PAGES = 32;

  private static final int BATCH = 1024;
  private static final int BATCHES = 64;

  private final Page[] pages = new Page[PAGES];
  private final long[][] indices = new long[BATCHES][];

  /** By batch and page, where the page's losses start in the batch. */
  private final int[][] starts = new int[BATCHES][MEASURED_PAGES + 1];

  private final float[] losses = TestingLosses.logNormal(BATCH, 1);
  private final Histogram histogram = new Histogram();

  @Setup
  public void fill() {
    for (int page = 0; page < PAGES; page++) {
      pages[page] = page(page);
    }
    Random random = new Random(2);
    for (int batch = 0; batch < BATCHES; batch++) {
      indices[batch] = random.longs(BATCH, 0, MEASURED_PAGES * Page.SIZE).sorted().toArray();
      for (long index : indices[batch]) {
        starts[batch][(int) Page.numberOf(index) + 1]++;
      }
      Arrays.parallelPrefix(starts[batch], Integer::sum);
    }
  }

  /** A page of known difficulties, half of whose samples were measured in the open epoch. */
  private static Page page(int seed) {
    Random random = new Random(seed);
    float[] current = TestingLosses.logNormal(Page.SIZE, PAGES + seed);
    for (int slot = 0; slot < Page.SIZE; slot++) {
      if (random.nextBoolean()) {
        current[slot] = Float.NaN;
      }
    }
    return new Page(
        TestingLosses.logNormal(Page.SIZE, seed),
        current,
        TestingCodes.allKnown(),
        null,
        null,
        null);
  }

  /** Pages to be folded, each time as they were before. */
  @State(Scope.Thread)
  public static class Open {
    private final Page[] pages = new Page[PAGES];

    @Setup(Level.Invocation)
    public void open(PageBenchmark shard) {
      for (int i = 0; i < PAGES; i++) {
        Page page = shard.pages[i];
        pages[i] =
            new Page(
                page.committed().clone(),
                page.current().clone(),
                page.known().clone(),
                null,
                null,
                null);
      }
    }
  }

  /** Per loss of batches of 1,024, 32 on each page. */
  @Benchmark
  @OperationsPerInvocation(BATCHES * BATCH)
  public Page[] measure() {
    for (int batch = 0; batch < BATCHES; batch++) {
      for (int page = 0; page < MEASURED_PAGES; page++) {
        pages[page].measure(indices[batch], losses, starts[batch][page], starts[batch][page + 1]);
      }
    }
    return pages;
  }

  /** Per sample, measured or not. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public void fold(Open open, Blackhole hole) {
    for (Page page : open.pages) {
      hole.consume(page.fold(1));
    }
  }

  /** Per sample. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public void codes(Blackhole hole) {
    Tally tally = new Tally(Detail.NONE, histogram);
    for (int page = 0; page < PAGES; page++) {
      hole.consume(PageCodes.of(page, 0, 128, pages[page], pages[page].known(), tally));
    }
    hole.consume(tally);
  }
}
