package io.sluice.job.select;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.TestingTracker;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.recluster.ShardPlan;
import io.sluice.job.selection.Band;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.KeepHash;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

class SelectorTest {

  private static final Sharding SHARDING = new Sharding(4, 2);
  private static final int SHARD = 2;
  private static final long SEED = 7;
  private static final List<Band> ALL = List.of(band(DifficultyCode.MIN, DifficultyCode.MAX, 1, 1));

  private KeyedTwoInputStreamOperatorTestHarness<Integer, CodesPart, ShardPlan, ChunkRecord>
      harness;

  @BeforeEach
  void open() throws Exception {
    harness = newHarness();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void firesWhenThePlanComesAfterTheCodes() throws Exception {
    harness.processElement1(codes(3), 0);
    assertThat(chunks()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isEqualTo(1);

    harness.processElement2(plan(1, ALL), 0);

    assertThat(chunks()).hasSize(1);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void firesWhenTheCodesComeAfterThePlanWithTheSameBytes() throws Exception {
    harness.processElement1(codes(3), 0);
    harness.processElement2(plan(1, ALL), 0);
    List<byte[]> codesFirst = values();

    harness.processElement2(plan(1, ALL), 0);
    assertThat(values()).isEmpty();
    harness.processElement1(codes(3), 0);

    assertThat(values()).usingRecursiveComparison().isEqualTo(codesFirst);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void waitsForEveryPartWhicheverSideOfThePlanTheyCome() throws Exception {
    List<CodesPart> parts = codesOfThreeParts();
    harness.processElement1(parts.get(2), 0);
    harness.processElement2(plan(1, ALL), 0);
    assertThat(chunks()).extracting(SelectionChunk::getPart).containsExactly(2);
    harness.processElement1(parts.get(0), 0);
    assertThat(harness.numKeyedStateEntries()).as("the plan and how many are done").isEqualTo(2);
    harness.processElement1(parts.get(1), 0);

    assertThat(chunks()).extracting(SelectionChunk::getPart).containsExactly(0, 1);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void keepsEpochsApart() throws Exception {
    harness.processElement1(codes(3), 0);
    harness.processElement2(plan(2, ALL), 0);
    assertThat(chunks()).isEmpty();
    harness.processElement2(plan(1, ALL), 0);
    assertThat(chunks()).extracting(SelectionChunk::getEpoch).containsExactly(1);
  }

  @Test
  void saysWhatTheSelectionIsMadeOf() throws Exception {
    harness.processElement1(codesOfThreeParts().get(1), 0);
    harness.processElement2(plan(1, ALL), 0);

    SelectionChunk chunk = chunks().get(0);
    assertThat(chunk.getVersion()).isEqualTo(1);
    assertThat(chunk.getEpoch()).isEqualTo(1);
    assertThat(chunk.getShard()).isEqualTo(SHARD);
    assertThat(chunk.getShards()).isEqualTo(4);
    assertThat(chunk.getPart()).isEqualTo(1);
    assertThat(chunk.getParts()).isEqualTo(3);
    assertThat(chunk.getBaseLocalIndex()).isEqualTo(256 * 4096);
    assertThat(chunk.getKnown()).isEqualTo(1);
    assertThat(indices(chunk)).containsExactly(256 * 4096);
  }

  @Test
  void selectsByDifficultyAndAlwaysWhatIsUnseen() throws Exception {
    // Losses 0, 1, 2 and a fourth sample that has none yet.
    harness.processElement1(codes(3), 0);
    char one = DifficultyCode.encode(1f);
    harness.processElement2(plan(1, List.of(band(one, one, 1, 1))), 0);

    SelectionChunk chunk = chunks().get(0);
    assertThat(indices(chunk)).containsExactly(1, 3);
    assertThat(chunk.getKnown()).isEqualTo(4);
  }

  @Test
  void groupsWhatIsSelectedByWeight() throws Exception {
    harness.processElement1(codes(3), 0);
    char one = DifficultyCode.encode(1f);
    harness.processElement2(
        plan(
            1,
            List.of(
                band(DifficultyCode.MIN, one, 1, 2.5f), band(one + 1, DifficultyCode.MAX, 1, 1))),
        0);

    SelectionChunk chunk = chunks().get(0);
    assertThat(chunk.getSamplesList())
        .extracting(WeightedSamples::getWeight)
        .containsExactly(1f, 2.5f);
    assertThat(bitmap(chunk.getSamples(0)).toArray()).containsExactly(2, 3);
    assertThat(bitmap(chunk.getSamples(1)).toArray()).containsExactly(0, 1);
    assertThat(chunk.getSamples(1).getCount()).isEqualTo(2);
  }

  @Test
  void keepsAndDropsBySeedEpochAndSampleId() throws Exception {
    harness.processElement1(codes(1000), 0);
    harness.processElement2(
        plan(1, List.of(band(DifficultyCode.MIN, DifficultyCode.MAX, 0.5, 1))), 0);

    int[] expected =
        IntStream.range(0, 1001)
            .filter(
                i ->
                    i == 1000
                        || Long.compareUnsigned(
                                KeepHash.keep(SEED, 1, SHARDING.sampleId(SHARD, i)),
                                KeepHash.threshold(0.5))
                            < 0)
            .toArray();
    assertThat(indices(chunks().get(0))).containsExactly(expected);
    assertThat(expected.length).isBetween(400, 600);
  }

  @Test
  void answersForAShardWithoutSamples() throws Exception {
    harness.processElement1(new CodesPart(1, SHARD, 0, 1, List.of()), 0);
    harness.processElement2(plan(1, ALL), 0);

    SelectionChunk chunk = chunks().get(0);
    assertThat(chunk.getParts()).isEqualTo(1);
    assertThat(chunk.getSamplesCount()).isZero();
  }

  @Test
  void goesOnFromASnapshotTakenBetweenPartsWithTheSameBytes() throws Exception {
    List<CodesPart> parts = codesOfThreeParts();
    harness.processElement1(parts.get(0), 0);
    harness.processElement2(plan(1, ALL), 0);
    harness.getOutput().clear();
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    harness.processElement1(parts.get(1), 0);
    harness.processElement1(parts.get(2), 0);
    List<byte[]> expected = values();

    try (var restored = newHarness()) {
      restored.initializeState(snapshot);
      restored.open();
      restored.processElement1(parts.get(1), 0);
      restored.processElement1(parts.get(2), 0);
      List<byte[]> actual =
          restored.extractOutputValues().stream().map(ChunkRecord::value).toList();
      assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
      assertThat(restored.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void goesOnAtAnotherParallelismWithTheSameBytes() throws Exception {
    int[] keys = ShardKeys.of(SHARDING.shards());
    List<CodesPart> parts = new ArrayList<>();
    List<ShardPlan> plans = new ArrayList<>();
    for (int shard = 0; shard < SHARDING.shards(); shard++) {
      CodesPart codes = codes(3);
      parts.add(new CodesPart(1, shard, 0, 1, codes.pages()));
      plans.add(new ShardPlan(1, shard, 0, 2, ALL, List.of(), -1));
    }
    for (CodesPart part : parts) {
      harness.processElement1(part, 0);
    }
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    for (ShardPlan plan : plans) {
      harness.processElement2(plan, 0);
    }
    List<byte[]> expected = values();

    List<byte[]> actual = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              snapshot, SHARDING.shards(), 1, 2, subtask);
      try (var restored = newHarness(2, subtask)) {
        restored.initializeState(part);
        restored.open();
        for (ShardPlan plan : plans) {
          int owner =
              KeyGroupRangeAssignment.assignKeyToParallelOperator(
                  keys[plan.shard()], SHARDING.shards(), 2);
          if (owner == subtask) {
            restored.processElement2(plan, 0);
          }
        }
        restored.extractOutputValues().forEach(chunk -> actual.add(chunk.value()));
        assertThat(restored.numKeyedStateEntries()).isZero();
      }
    }
    assertThat(actual)
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(expected).hasSize(SHARDING.shards());
  }

  /** Samples with losses 0, 1, 2 … and one more without a loss. */
  private static CodesPart codes(int measured) throws Exception {
    TestingEvents agent = new TestingEvents(SHARD, 1);
    try (TestingTracker tracker = TestingTracker.open(SHARDING.shards())) {
      float[] losses = new float[measured];
      for (int i = 0; i < measured; i++) {
        losses[i] = i;
      }
      tracker.process(
          agent.join(0, 0),
          agent.samples(0, 0, measured + 1),
          agent.end(0, -1),
          agent.losses(0, 0, 0, losses),
          agent.end(0, 0));
      return tracker.codes().get(1);
    }
  }

  private static List<CodesPart> codesOfThreeParts() throws Exception {
    TestingEvents agent = new TestingEvents(SHARD, 1);
    try (TestingTracker tracker = TestingTracker.open(SHARDING.shards())) {
      tracker.process(agent.join(0, 1), agent.samples(0, 0, 1));
      for (long part = 1; part < 3; part++) {
        tracker.process(agent.samples(0, part * 256 * 4096, 1));
      }
      tracker.process(agent.end(0, 0));
      return tracker.codes();
    }
  }

  private static ShardPlan plan(int epoch, List<Band> bands) {
    return new ShardPlan(epoch, SHARD, 0, 2, bands, List.of(), -1);
  }

  private static Band band(int lower, int upper, double keep, float weight) {
    return new Band(lower, upper, Freshness.ANY, 0, 1, keep, weight, false);
  }

  private static KeyedTwoInputStreamOperatorTestHarness<Integer, CodesPart, ShardPlan, ChunkRecord>
      newHarness() throws Exception {
    return newHarness(1, 0);
  }

  private static KeyedTwoInputStreamOperatorTestHarness<Integer, CodesPart, ShardPlan, ChunkRecord>
      newHarness(int parallelism, int subtask) throws Exception {
    int[] keys = ShardKeys.of(SHARDING.shards());
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new Selector(SHARDING, SEED, 0)),
        codes -> keys[codes.shard()],
        plan -> keys[plan.shard()],
        Types.INT,
        SHARDING.shards(),
        parallelism,
        subtask);
  }

  private List<byte[]> values() {
    List<byte[]> values = harness.extractOutputValues().stream().map(ChunkRecord::value).toList();
    harness.getOutput().clear();
    return values;
  }

  private List<SelectionChunk> chunks() throws InvalidProtocolBufferException {
    List<SelectionChunk> chunks = new ArrayList<>();
    for (byte[] value : values()) {
      chunks.add(SelectionChunk.parseFrom(value));
    }
    return chunks;
  }

  private static int[] indices(SelectionChunk chunk) throws IOException {
    RoaringBitmap all = new RoaringBitmap();
    for (WeightedSamples samples : chunk.getSamplesList()) {
      all.or(bitmap(samples));
    }
    return Arrays.stream(all.toArray()).map(i -> i + (int) chunk.getBaseLocalIndex()).toArray();
  }

  private static RoaringBitmap bitmap(WeightedSamples samples) throws IOException {
    if (!samples.getBits().isEmpty()) {
      return BitSetUtil.bitmapOf(BitSet.valueOf(samples.getBits().toByteArray()));
    }
    RoaringBitmap bitmap = new RoaringBitmap();
    bitmap.deserialize(ByteBuffer.wrap(samples.getBitmap().toByteArray()));
    return bitmap;
  }
}
