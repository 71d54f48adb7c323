package io.sluice.job.difficulty;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.TestingEvents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it take a shard to hear all ranks end an epoch, in any order? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EpochLedgerBenchmark {

  @Param({"16", "1000"})
  public int worldSize;

  private final List<EpochEnded> ends = new ArrayList<>();
  private EpochLedger joined;

  @Setup
  public void join() {
    TestingEvents agents = new TestingEvents(0, worldSize);
    joined = new EpochLedger();
    List<Integer> ranks = new ArrayList<>(IntStream.range(0, worldSize).boxed().toList());
    Collections.shuffle(ranks, new Random(1));
    ranks.forEach(rank -> joined.join(agents.join(rank, 0)));
    ranks.forEach(rank -> ends.add(agents.end(rank, -1)));
  }

  /** All of an epoch's ends, on a copy of the ledger, as the tracker handles them. */
  @Benchmark
  public boolean closeAnEpoch() {
    EpochLedger ledger = joined.deepCopy();
    boolean complete = false;
    for (EpochEnded end : ends) {
      ledger.end(end);
      complete = ledger.isComplete();
      if (!complete && !ledger.isWaiting()) {
        throw new IllegalStateException("an end was not taken");
      }
    }
    return complete;
  }
}
