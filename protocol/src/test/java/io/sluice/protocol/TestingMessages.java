package io.sluice.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.sluice.protocol.wire.Band;
import io.sluice.protocol.wire.Bin;
import io.sluice.protocol.wire.Cluster;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.HardSample;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelAverage;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import io.sluice.protocol.wire.SampleSet;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import io.sluice.protocol.wire.TopUp;
import io.sluice.protocol.wire.WeightedSamples;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One example of every record, with every field set to something that is not its default. */
final class TestingMessages {

  private TestingMessages() {}

  static Map<String, Message> all() {
    Map<String, Message> examples = new TreeMap<>();
    examples.put("loss-batch", event().setLossBatch(lossBatch()).build());
    examples.put(
        "loss-batch-relative",
        event()
            .setLossBatch(lossBatch().addAllRelativeLosses(List.of(-0.5f, 1f, -0.75f, Float.NaN)))
            .build());
    examples.put("epoch-end", event().setEpochEnd(epochEnd()).build());
    examples.put("join", event().setJoin(join()).build());
    examples.put("samples-added", event().setSamplesAdded(samplesAdded()).build());
    examples.put(
        "samples-added-labels",
        event().setSamplesAdded(samplesAdded().addAllLabels(List.of(0, 9, 65_534))).build());
    examples.put("samples-retired", event().setSamplesRetired(samplesRetired()).build());
    examples.put("membership", event().setMembership(membership()).build());
    examples.put(
        "selection-chunk",
        selectionChunk(WeightedSamples.newBuilder().setBitmap(TestingBitmap.of(0, 1, 70_000))));
    examples.put(
        "selection-chunk-bits",
        selectionChunk(
            WeightedSamples.newBuilder().setBits(ByteString.copyFrom(new byte[] {3, 0, 64}))));
    examples.put(
        "selection-chunk-quarantine",
        selectionChunk(WeightedSamples.newBuilder().setBitmap(TestingBitmap.of(0, 1, 70_000)))
            .toBuilder()
            .setQuarantined(
                SampleSet.newBuilder()
                    .setCount(2)
                    .setBitmap(TestingBitmap.of(5, 6))
                    .setBits(ByteString.copyFrom(new byte[] {96})))
            .build());
    examples.put("selection-plan", selectionPlan());
    examples.put("dead-letter", deadLetter());
    examples.put("model-update", modelEvent().setUpdate(modelUpdate()).build());
    examples.put("model-membership", modelEvent().setMembership(membership()).build());
    examples.put("model-average", modelAverage());
    return examples;
  }

  static SelectionPlan selectionPlan() {
    return SelectionPlan.newBuilder()
        .setVersion(1)
        .setEpoch(4)
        .setPolicy("seta")
        .setKnown(50_000_000_000L)
        .setUnseen(12)
        .setWindowStart(3)
        .setWindowSize(5)
        .setAnnealing(true)
        .addClusters(Cluster.newBuilder().setCenter(0.25).setLower(-1).setUpper(0.5f).setSize(7))
        .addBands(
            Band.newBuilder()
                .setLower(0.125f)
                .setUpper(2.5f)
                .setFreshness(Band.Freshness.STALE)
                .setSplitFrom(0.25)
                .setSplitTo(0.75)
                .setKeep(0.7)
                .setWeight(1.5f)
                .setByInclusion(true))
        .setRetired(3)
        .setDatasetSize(50_000_000_015L)
        .setWorldSize(2)
        .setGeneration(9_876_543_211L)
        .setLogOffset(9_876_543_999L)
        .setSignal("relative")
        .setExpected(12.5)
        .addDistribution(Bin.newBuilder().setLower(-0.5f).setUpper(-0.25f).setCount(7))
        .addHardest(HardSample.newBuilder().setId(50_000_000_001L).setDifficulty(7.5f))
        .addTopUps(TopUp.newBuilder().setLabel(9).setKeep(0.25))
        .build();
  }

  static DeadLetter deadLetter() {
    return DeadLetter.newBuilder()
        .setVersion(1)
        .setReason("undecodable")
        .setDetail("not a LossEvent")
        .setTopic("demo.loss-events")
        .setPartition(3)
        .setOffset(5_000_000_000L)
        .setValue(ByteString.copyFrom(new byte[] {0, -1, 127}))
        .setRank(0)
        .setIncarnation(9_876_543_210L)
        .build();
  }

  private static LossEvent.Builder event() {
    return LossEvent.newBuilder().setVersion(1);
  }

  private static LossBatch.Builder lossBatch() {
    return LossBatch.newBuilder()
        .setShard(5)
        .setEpoch(300)
        .setRank(1)
        .setIncarnation(9_876_543_210L)
        .setSequence(17)
        .addAllLocalIndexDeltas(List.of(390_000_000_000L, 0L, 1L, 200L))
        .addAllLosses(List.of(0f, 1.5f, -0.25f, Float.NaN));
  }

  private static EpochEnd.Builder epochEnd() {
    return EpochEnd.newBuilder()
        .setShard(127)
        .setEpoch(-1)
        .setRank(1)
        .setWorldSize(2)
        .setIncarnation(9_876_543_210L)
        .setLosses(390_625);
  }

  private static Join.Builder join() {
    return Join.newBuilder()
        .setRank(1)
        .setWorldSize(2)
        .setEpoch(4)
        .setIncarnation(9_876_543_210L)
        .setShards(128)
        .setNonce(0x0102030405060708L);
  }

  private static SamplesAdded.Builder samplesAdded() {
    return SamplesAdded.newBuilder()
        .setShard(6)
        .setFromEpoch(7)
        .addRanges(IndexRange.newBuilder().setFirst((1L << 56) - 2).setCount(1))
        .addRanges(IndexRange.newBuilder().setFirst(8).setCount(16_000_000))
        .setDatasetSize(50_000_000_000L);
  }

  private static SamplesRetired.Builder samplesRetired() {
    return SamplesRetired.newBuilder()
        .setShard(6)
        .addRanges(IndexRange.newBuilder().setFirst(1L << 40).setCount(1))
        .addRanges(IndexRange.newBuilder().setFirst(8).setCount(16_000_000));
  }

  private static Membership.Builder membership() {
    return Membership.newBuilder().setGeneration(9_876_543_211L).setFromEpoch(-1).setWorldSize(3);
  }

  private static SelectionChunk selectionChunk(WeightedSamples.Builder samples) {
    return SelectionChunk.newBuilder()
        .setVersion(1)
        .setEpoch(300)
        .setShard(5)
        .setShards(128)
        .setPart(1)
        .setParts(2)
        .setBaseLocalIndex(1L << 40)
        .setKnown(4096)
        .setWorldSize(2)
        .addSamples(samples.setWeight(1.5f).setCount(3))
        .build();
  }

  private static ModelEvent.Builder modelEvent() {
    return ModelEvent.newBuilder().setVersion(1);
  }

  private static ModelUpdate.Builder modelUpdate() {
    return ModelUpdate.newBuilder()
        .setEpoch(300)
        .setStep(12)
        .setEndsEpoch(true)
        .setRank(1)
        .setIncarnation(9_876_543_210L)
        .setWorldSize(2)
        .setChunk(65_534)
        .setChunks(65_535)
        .setModel(0x0102030405060708L)
        .setSamples(50_000_000_000L)
        .setUnusable(true)
        .setValues(ByteString.copyFrom(new byte[] {0, 0, -64, 63, 0, 0, -128, -66})); // 1.5, -0.25
  }

  private static ModelAverage modelAverage() {
    return ModelAverage.newBuilder()
        .setVersion(1)
        .setEpoch(300)
        .setStep(12)
        .setEndsEpoch(true)
        .setChunk(65_534)
        .setChunks(65_535)
        .setModel(0x0102030405060708L)
        .setRanks(3)
        .setSamples(50_000_000_000L)
        .addAllLeftOut(List.of(1, 300))
        .setValues(ByteString.copyFrom(new byte[] {0, 0, -64, 63, 0, 0, -128, -66})) // 1.5, -0.25
        .build();
  }
}
