package io.sluice.job.recluster;

import io.sluice.job.recluster.EpochMerge.Totals;
import io.sluice.job.selection.Band;
import io.sluice.job.selection.Cluster;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.protocol.Wire;

/** A plan as people and tools read it: difficulties in the loss's unit, not as codes. */
final class PlanMessages {

  private PlanMessages() {}

  static io.sluice.protocol.wire.SelectionPlan of(SelectionPlan plan, Totals totals) {
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
            .setLogOffset(totals.logOffset());
    plan.clusters().forEach(cluster -> message.addClusters(clusterOf(cluster)));
    plan.bands().forEach(band -> message.addBands(bandOf(band)));
    return message.build();
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
        .build();
  }
}
