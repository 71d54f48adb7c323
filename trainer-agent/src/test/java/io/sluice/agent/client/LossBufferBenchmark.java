package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

/** What does a loss cost the trainer, from its report to the bytes of a full record? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LossBufferBenchmark {
  private static final int SHARDS = 128;
  private static final int BATCH = 1024;
  private static final int LOSSES = SHARDS * BATCH;
  private static final int LOCAL_INDICES = 1 << 17;
  private static final Sharding SHARDING = new Sharding(SHARDS, 1);

  private final LossBuffer gathering = new LossBuffer(SHARDING, BATCH, false, this::count);
  private final LossBuffer encoding = new LossBuffer(SHARDING, BATCH, false, this::encode);
  private long[] sampleIds;
  private float[] losses;
  private long written;

  /** Losses in random order, as many as make one record of each shard. */
  @Setup
  public void measure() {
    Random random = new Random(1);
    List<Long> ids = new ArrayList<>();
    losses = new float[LOSSES];
    for (int i = 0; i < LOSSES; i++) {
      ids.add(SHARDING.sampleId(i % SHARDS, random.nextInt(LOCAL_INDICES)));
      losses[i] = random.nextFloat();
    }
    Collections.shuffle(ids, random);
    sampleIds = ids.stream().mapToLong(Long::longValue).toArray();
  }

  /** Per loss, up to the batch in order. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public long gather() {
    return report(gathering);
  }

  /** Per loss, up to the bytes. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public long encode() {
    return report(encoding);
  }

  private long report(LossBuffer buffer) {
    written = 0;
    for (int i = 0; i < LOSSES; i++) {
      buffer.add(sampleIds[i], losses[i], 0);
    }
    return written;
  }

  private void count(LossBatch.Builder batch) {
    written += batch.getLossesCount();
  }

  private void encode(LossBatch.Builder batch) {
    LossEvent event = LossEvent.newBuilder().setVersion(Wire.VERSION).setLossBatch(batch).build();
    written += event.toByteArray().length;
  }
}
