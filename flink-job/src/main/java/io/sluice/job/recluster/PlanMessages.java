package io.sluice.job.recluster;

import io.sluice.job.difficulty.HardSample;
import io.sluice.job.recluster.EpochMerge.Totals;
import io.sluice.job.selection.Band;
import io.sluice.job.selection.Cluster;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.TopUp;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.Bin;

/** A plan as people and tools read it: difficulties in the loss's unit, not as codes. */
final class PlanMessages {

  private PlanMessages() {}

  /** An eighth of an octave: of the ten bits of a binary16's fraction, three tell bins apart. */
  private static final int BIN_BITS = 7;

  static io.sluice.protocol.wire.SelectionPlan of(
      SelectionPlan plan, EpochMerge merge, String signal) {
    Totals totals = merge.totals();
    io.sluice.protocol.wire.SelectionPlan.Builder message =
        io.sluice.protocol.wire.SelectionPlan.newBuilder()
            .setVersion(Wire.VERSION)
            .setEpoch(plan.epoch())
            .setPolicy(plan.policy().label())
            .setKnown(plan.known())
            .setUnseen(plan.unseen())
            .setWindowStart(plan.window().start())
            .setWindowSize(plan.window().size())
            .setAnnealing(plan.annealing())
            .setRetired(totals.samples().retired())
            .setDatasetSize(totals.samples().datasetSize())
            .setWorldSize(totals.world().size())
            .setGeneration(totals.world().generation())
            .setLogOffset(totals.logOffset())
            .setSignal(signal)
            .setExpected(plan.expected());
    plan.clusters().forEach(cluster -> message.addClusters(clusterOf(cluster)));
    plan.bands().forEach(band -> message.addBands(bandOf(band)));
    plan.topUps().forEach(topUp -> message.addTopUps(topUpOf(topUp)));
    addDistribution(merge.measured(), message);
    merge.hardest().forEach(sample -> message.addHardest(hardSampleOf(sample)));
    return message.build();
  }

  private static void addDistribution(
      SparseHistogram measured, io.sluice.protocol.wire.SelectionPlan.Builder message) {
    int place = 0;
    while (place < measured.distinct()) {
      int bin = measured.codes()[place] >>> BIN_BITS;
      long count = 0;
      for (; place < measured.distinct() && measured.codes()[place] >>> BIN_BITS == bin; place++) {
        count += measured.counts()[place];
      }
      int lower = Math.max(DifficultyCode.MIN, bin << BIN_BITS);
      int upper = Math.min(DifficultyCode.MAX, ((bin + 1) << BIN_BITS) - 1);
      message.addDistribution(
          Bin.newBuilder()
              .setLower(DifficultyCode.decode(lower))
              .setUpper(DifficultyCode.decode(upper))
              .setCount(count));
    }
  }

  private static io.sluice.protocol.wire.HardSample hardSampleOf(HardSample sample) {
    return io.sluice.protocol.wire.HardSample.newBuilder()
        .setId(sample.id())
        .setDifficulty(DifficultyCode.decode(sample.code()))
        .build();
  }

  private static io.sluice.protocol.wire.TopUp topUpOf(TopUp topUp) {
    return io.sluice.protocol.wire.TopUp.newBuilder()
        .setLabel(topUp.label())
        .setKeep(topUp.keep())
        .build();
  }

  private static io.sluice.protocol.wire.Cluster clusterOf(Cluster cluster) {
    return io.sluice.protocol.wire.Cluster.newBuilder()
        .setCenter(cluster.center())
        .setLower(DifficultyCode.decode(cluster.lowerCode()))
        .setUpper(DifficultyCode.decode(cluster.upperCode()))
        .setSize(cluster.size())
        .build();
  }

  private static io.sluice.protocol.wire.Band bandOf(Band band) {
    return io.sluice.protocol.wire.Band.newBuilder()
        .setLower(DifficultyCode.decode(band.lowerCode()))
        .setUpper(DifficultyCode.decode(band.upperCode()))
        .setFreshness(io.sluice.protocol.wire.Band.Freshness.valueOf(band.freshness().name()))
        .setSplitFrom(band.splitFrom())
        .setSplitTo(band.splitTo())
        .setKeep(band.keep())
        .setWeight(band.weight())
        .setByInclusion(band.byInclusion())
        .build();
  }
}
