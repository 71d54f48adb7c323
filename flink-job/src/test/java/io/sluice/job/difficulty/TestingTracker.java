package io.sluice.job.difficulty;

import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.DeadLetter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One subtask of the tracker in Flink's operator harness. */
public final class TestingTracker implements AutoCloseable {

  static final Duration STALL_WARNING = Duration.ofSeconds(60);

  private final KeyedOneInputStreamOperatorTestHarness<Integer, ShardEvent, ShardReport> harness;

  private final DifficultyTracker function;

  private TestingTracker(
      KeyedOneInputStreamOperatorTestHarness<Integer, ShardEvent, ShardReport> harness,
      DifficultyTracker function) {
    this.harness = harness;
    this.function = function;
  }

  public static TestingTracker open(int shards) throws Exception {
    return open(shards, 1, 1, 0, null);
  }

  /**
   * @param state what a snapshot holds for this subtask; null for a fresh start
   */
  public static TestingTracker open(
      int shards, double smoothing, int parallelism, int subtask, OperatorSubtaskState state)
      throws Exception {
    return open(shards, smoothing, Detail.NONE, parallelism, subtask, state);
  }

  /** The same, with more kept of each sample. */
  public static TestingTracker open(
      int shards,
      double smoothing,
      Detail detail,
      int parallelism,
      int subtask,
      OperatorSubtaskState state)
      throws Exception {
    int[] keys = ShardKeys.of(shards);
    DifficultyTracker function =
        new DifficultyTracker(
            new Sharding(shards, 1), smoothing, detail, STALL_WARNING, "run.loss-events", true);
    KeyedOneInputStreamOperatorTestHarness<Integer, ShardEvent, ShardReport> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(function),
            event -> keys[event.shard()],
            Types.INT,
            shards,
            parallelism,
            subtask);
    harness.getExecutionConfig().enableObjectReuse();
    harness.setup(
        ShardReport.TYPE.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return new TestingTracker(harness, function);
  }

  public void process(ShardEvent... events) throws Exception {
    for (ShardEvent event : events) {
      harness.processElement(event, 0);
    }
  }

  /** Reports since the last call. */
  public List<ShardReport> reports() {
    List<ShardReport> reports = harness.extractOutputValues();
    harness.getOutput().clear();
    return reports;
  }

  static long unseen(ShardReport report) {
    return report.samples().unseen();
  }

  /** Codes since the last call. */
  public List<CodesPart> codes() {
    return drain(DifficultyTracker.CODES);
  }

  /** Dead letters since the last call. */
  public List<DeadLetter> deadLetters() {
    return drain(DeadLetters.TAG).stream()
        .map(json -> Json.read(json, DeadLetter.newBuilder()).build())
        .toList();
  }

  public int stateEntries() {
    return harness.numKeyedStateEntries();
  }

  /** A checkpoint whose moment was, and which is still to be written. */
  interface Checkpoint {
    OperatorSubtaskState write() throws Exception;
  }

  Checkpoint beginCheckpoint() throws Exception {
    OperatorSnapshotFutures futures =
        harness
            .getOperator()
            .snapshotState(
                1,
                1,
                CheckpointOptions.forCheckpointWithDefaultLocation(),
                new MemCheckpointStreamFactory(1 << 26));
    return () -> OperatorSnapshotFinalizer.create(futures).getJobManagerOwnedState();
  }

  int timers() {
    return harness.numProcessingTimeTimers();
  }

  int stalledShards() {
    return function.stalledShards();
  }

  void setProcessingTime(long millis) throws Exception {
    harness.setProcessingTime(millis);
  }

  KeyedOneInputStreamOperatorTestHarness<Integer, ShardEvent, ShardReport> harness() {
    return harness;
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }

  private <T> List<T> drain(OutputTag<T> tag) {
    List<T> values = new ArrayList<>();
    Queue<StreamRecord<T>> queue = harness.getSideOutput(tag);
    while (queue != null && !queue.isEmpty()) {
      values.add(queue.remove().getValue());
    }
    return values;
  }
}
