package io.sluice.job.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does reading a loss from its record cost, and how much dearer would protobuf's parser be?
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LossBatchBenchmark {
  /** So many that a processor cannot learn by heart how long each varint is. */
  private static final int LOSSES = 1 << 20;

  private static final int LOCAL_INDICES = 1 << 17;
  private static final int SHARD = 5;

  /** How many losses a record has. */
  @Param({"64", "1024"})
  private int batch;

  private final LossBatchScanner scanner = new LossBatchScanner(new Sharding(128, 1), false);
  private RawRecord[] records;
  private LossBlock[] blocks;
  private long[] indices;
  private float[] losses;

  @Setup
  public void write() {
    Random random = new Random(1);
    records = new RawRecord[LOSSES / batch];
    blocks = new LossBlock[records.length];
    indices = new long[batch];
    losses = new float[batch];
    for (int i = 0; i < records.length; i++) {
      LossBatch.Builder builder = LossBatch.newBuilder().setShard(SHARD).setEpoch(3).setSequence(i);
      long previous = 0;
      for (long index : random.longs(batch, 0, LOCAL_INDICES).sorted().toArray()) {
        builder.addLocalIndexDeltas(index - previous);
        previous = index;
      }
      for (int j = 0; j < batch; j++) {
        builder.addLosses(random.nextFloat());
      }
      LossEvent event =
          LossEvent.newBuilder().setVersion(Wire.VERSION).setLossBatch(builder).build();
      records[i] = new RawRecord(new Position(0, i, 0), event.toByteArray());
      blocks[i] = scanner.scan(records[i]).block();
    }
  }

  /** Per loss. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public void scan(Blackhole hole) {
    for (RawRecord record : records) {
      hole.consume(scanner.scan(record));
    }
  }

  /** Per loss. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public void decode(Blackhole hole) {
    for (LossBlock block : blocks) {
      block.decode(indices, losses);
      hole.consume(indices);
      hole.consume(losses);
    }
  }

  /** Per loss; the baseline of {@link #scan}. */
  @Benchmark
  @OperationsPerInvocation(LOSSES)
  public void protobuf(Blackhole hole) throws InvalidProtocolBufferException {
    for (RawRecord record : records) {
      hole.consume(LossEvent.parseFrom(record.value()));
    }
  }
}
