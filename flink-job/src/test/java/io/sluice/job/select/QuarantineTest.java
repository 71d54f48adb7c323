package io.sluice.job.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.TestingTracker;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.recluster.ShardPlan;
import io.sluice.job.selection.Band;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** Of a thousand samples the last hundred are hard; after three epochs of it they are left out. */
class QuarantineTest {

  private static final Sharding SHARDING = new Sharding(2, 1);
  private static final int LIMIT = 3;
  private static final int SAMPLES = 1000;
  private static final int EASY = 900;
  private static final int HARDEST_FROM = DifficultyCode.encode(5);

  private final TestingEvents agent = new TestingEvents(0, 1);
  private TestingTracker tracker;
  private KeyedTwoInputStreamOperatorTestHarness<Integer, CodesPart, ShardPlan, ChunkRecord>
      selector;

  @BeforeEach
  void open() throws Exception {
    tracker = TestingTracker.open(SHARDING.shards());
    tracker.process(agent.join(0, 0), agent.samples(0, 0, SAMPLES), agent.end(0, -1));
    tracker.codes();
    selector = newSelector(LIMIT);
    selector.open();
  }

  @AfterEach
  void close() throws Exception {
    tracker.close();
    selector.close();
  }

  private static KeyedTwoInputStreamOperatorTestHarness<Integer, CodesPart, ShardPlan, ChunkRecord>
      newSelector(int limit) throws Exception {
    int[] keys = ShardKeys.of(SHARDING.shards());
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new Selector(SHARDING, 1, limit)),
        codes -> keys[codes.shard()],
        plan -> keys[plan.shard()],
        Types.INT,
        SHARDING.shards(),
        1,
        0);
  }

  /** Trains on all but the hard ones, which are as hard as told; returns the next selection. */
  private SelectionChunk epoch(int epoch, float hardLoss) throws Exception {
    float[] losses = new float[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      losses[i] = i < EASY ? 1 : hardLoss;
    }
    return epoch(epoch, 0, losses);
  }

  private SelectionChunk epoch(int epoch, long first, float... losses) throws Exception {
    tracker.process(agent.losses(0, epoch, first, losses), agent.end(0, epoch));
    CodesPart codes = tracker.codes().get(0);
    selector.processElement1(codes, 0);
    // Every second sample, with a weight.
    Band half =
        new Band(DifficultyCode.MIN, DifficultyCode.MAX, Freshness.ANY, 0, 1, 0.5, 2, false);
    selector.processElement2(
        new ShardPlan(epoch + 1, 0, 0, 1, List.of(half), List.of(), HARDEST_FROM), 0);
    List<SelectionChunk> chunks = new ArrayList<>();
    for (ChunkRecord record : selector.extractOutputValues()) {
      chunks.add(SelectionChunk.parseFrom(record.value()));
    }
    selector.getOutput().clear();
    assertThat(chunks).hasSize(1);
    return chunks.get(0);
  }

  private static BitSet quarantined(SelectionChunk chunk) throws Exception {
    return bits(
        chunk.getQuarantined().getBitmap().asReadOnlyByteBuffer(),
        chunk.getQuarantined().getBits().toByteArray());
  }

  private static BitSet selected(SelectionChunk chunk, float weight) throws Exception {
    for (WeightedSamples samples : chunk.getSamplesList()) {
      if (samples.getWeight() == weight) {
        return bits(samples.getBitmap().asReadOnlyByteBuffer(), samples.getBits().toByteArray());
      }
    }
    return new BitSet();
  }

  private static BitSet bits(java.nio.ByteBuffer bitmap, byte[] bits) throws Exception {
    if (!bitmap.hasRemaining()) {
      return BitSet.valueOf(bits);
    }
    RoaringBitmap roaring = new RoaringBitmap();
    roaring.deserialize(bitmap);
    BitSet set = new BitSet();
    roaring.forEach((int bit) -> set.set(bit));
    return set;
  }

  @Test
  void whatStaysAmongTheHardestIsLeftOutButForOneInSoMany() throws Exception {
    assertThat(epoch(0, 9).hasQuarantined()).isFalse();
    assertThat(epoch(1, 9).hasQuarantined()).isFalse();

    SelectionChunk chunk = epoch(2, 9);

    assertThat(chunk.getQuarantined().getCount()).isEqualTo(SAMPLES - EASY);
    assertThat(quarantined(chunk).nextSetBit(0)).isEqualTo(EASY);
    assertThat(selected(chunk, 2).length()).as("none of them").isLessThanOrEqualTo(EASY);
    BitSet again = selected(chunk, 1);
    assertThat(again.nextSetBit(0)).as("of them alone").isGreaterThanOrEqualTo(EASY);
    // A third of 100; five deviations of 4.7.
    assertThat(again.cardinality()).isBetween(10, 57);
    assertThat(chunk.getKnown()).isEqualTo(SAMPLES);
  }

  @Test
  void whoeverIsEasierWhenMeasuredAgainIsReleased() throws Exception {
    epoch(0, 9);
    epoch(1, 9);
    BitSet again = selected(epoch(2, 9), 1);
    int released = again.nextSetBit(0);

    SelectionChunk chunk = epoch(3, released, 1f);

    assertThat(quarantined(chunk).get(released)).isFalse();
    assertThat(chunk.getQuarantined().getCount()).as("nobody else was measured").isEqualTo(99);
  }

  @Test
  void onlyMeasurementsCount() throws Exception {
    float[] easy = new float[EASY];
    Arrays.fill(easy, 1);
    epoch(0, 9);
    for (int epoch = 1; epoch < 5; epoch++) {
      assertThat(epoch(epoch, 0, easy).hasQuarantined())
          .as("the hard ones were left out")
          .isFalse();
    }
    assertThat(epoch(5, 9).hasQuarantined()).as("measured twice").isFalse();
    assertThat(epoch(6, 9).hasQuarantined()).as("measured three times").isTrue();
  }

  @Test
  void onceEasierItIsCountedFromTheStart() throws Exception {
    epoch(0, 9);
    epoch(1, 9);
    epoch(2, 1);
    epoch(3, 9);
    assertThat(epoch(4, 9).hasQuarantined()).isFalse();
    assertThat(epoch(5, 9).getQuarantined().getCount()).isEqualTo(100);
  }

  @Test
  void itsCountsComeThroughASnapshot() throws Exception {
    epoch(0, 9);
    epoch(1, 9);
    OperatorSubtaskState snapshot = selector.snapshot(1, 1);
    selector.close();
    selector = newSelector(LIMIT);
    selector.initializeState(snapshot);
    selector.open();

    assertThat(epoch(2, 9).getQuarantined().getCount()).isEqualTo(100);
  }

  @Test
  void withoutItNothingIsKeptAndNothingHeld() throws Exception {
    selector.close();
    selector = newSelector(0);
    selector.open();
    for (int epoch = 0; epoch < 5; epoch++) {
      assertThat(epoch(epoch, 9).hasQuarantined()).isFalse();
    }
    assertThat(selector.numKeyedStateEntries()).isZero();
  }

  @Test
  void pagesOfEasySamplesTakeNoState() throws Exception {
    epoch(0, 1);
    assertThat(selector.numKeyedStateEntries()).isZero();
    epoch(1, 9);
    assertThat(selector.numKeyedStateEntries()).isEqualTo(1);
  }
}
