package io.sluice.job.averaging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.protocol.Json;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.ModelAverage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** One subtask of the averager in Flink's operator harness; 8 shards, and as many lanes. */
final class TestingAverager implements AutoCloseable {

  static final int LANES = 8;
  static final Duration STALL_WARNING = Duration.ofSeconds(60);

  private final KeyedOneInputStreamOperatorTestHarness<Integer, LaneEvent, AverageRecord> harness;
  private final ModelAverager function;

  private TestingAverager(
      KeyedOneInputStreamOperatorTestHarness<Integer, LaneEvent, AverageRecord> harness,
      ModelAverager function) {
    this.harness = harness;
    this.function = function;
  }

  static TestingAverager open() throws Exception {
    return open(1, 0, null);
  }

  /**
   * @param state what a snapshot holds for this subtask; null for a fresh start
   */
  static TestingAverager open(int parallelism, int subtask, OperatorSubtaskState state)
      throws Exception {
    ModelAverager function = new ModelAverager(STALL_WARNING, "run.model-updates");
    KeyedOneInputStreamOperatorTestHarness<Integer, LaneEvent, AverageRecord> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(function),
            event -> keyOf(event.lane()),
            Types.INT,
            LANES,
            parallelism,
            subtask);
    harness.getExecutionConfig().enableObjectReuse();
    harness.setup(
        AverageRecord.TYPE.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return new TestingAverager(harness, function);
  }

  static int keyOf(int lane) {
    return ShardKeys.of(LANES)[Lanes.shardOf(lane, LANES, LANES)];
  }

  void process(LaneEvent... events) throws Exception {
    for (LaneEvent event : events) {
      harness.processElement(event, 0);
    }
  }

  /** Records since the last call. */
  List<AverageRecord> records() {
    List<AverageRecord> records = harness.extractOutputValues();
    harness.getOutput().clear();
    return records;
  }

  /** Means since the last call. */
  List<ModelAverage> averages() throws InvalidProtocolBufferException {
    List<ModelAverage> averages = new ArrayList<>();
    for (AverageRecord record : records()) {
      averages.add(ModelAverage.parseFrom(record.value()));
    }
    return averages;
  }

  /** Dead letters since the last call. */
  List<DeadLetter> deadLetters() {
    List<DeadLetter> letters = new ArrayList<>();
    Queue<StreamRecord<byte[]>> queue = harness.getSideOutput(DeadLetters.TAG);
    while (queue != null && !queue.isEmpty()) {
      letters.add(Json.read(queue.remove().getValue(), DeadLetter.newBuilder()).build());
    }
    return letters;
  }

  OperatorSubtaskState snapshot() throws Exception {
    return harness.snapshot(1, 1);
  }

  /** Number of states that are not empty, over all lanes. */
  int stateEntries() {
    return harness.numKeyedStateEntries();
  }

  /** Number of updates of a lane whose values are in the state. */
  int heldValues(int lane) throws Exception {
    harness.getOperator().setCurrentKey(keyOf(lane));
    MapState<Long, byte[]> values =
        harness
            .getOperator()
            .getKeyedStateBackend()
            .getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>(
                    "values", LongSerializer.INSTANCE, new ValuesSerializer()));
    int held = 0;
    for (Long ignored : values.keys()) {
      held++;
    }
    return held;
  }

  int timers() {
    return harness.numProcessingTimeTimers();
  }

  int stalledLanes() {
    return function.stalledLanes();
  }

  void setProcessingTime(long millis) throws Exception {
    harness.setProcessingTime(millis);
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
