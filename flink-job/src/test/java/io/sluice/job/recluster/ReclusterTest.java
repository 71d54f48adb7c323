package io.sluice.job.recluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.difficulty.World;
import io.sluice.job.selection.Band;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.Limits;
import io.sluice.job.selection.PolicyKind;
import io.sluice.job.selection.Population;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Spending;
import io.sluice.job.selection.Stratum;
import io.sluice.job.selection.TopUp;
import io.sluice.job.serde.TestingSerde;
import io.sluice.protocol.Json;
import io.sluice.protocol.wire.HardSample;
import io.sluice.protocol.wire.SelectionPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReclusterTest {

  private static final int SHARDS = 3;
  private static final World WORLD = new World(0, 2);
  private static final SelectionSettings SETTINGS =
      new SelectionSettings(PolicyKind.of("seta"), 4, 0.5, 0.25, 1, 10, 7, Limits.NONE);

  private KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan> harness;

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
  void plansWhenAllShardsHaveReportedAndClearsTheMerge() throws Exception {
    process(report(1, 0, 0, 1f, 2f), report(1, 2, 0, 3f));
    assertThat(plans()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).as("the merge").isEqualTo(1);

    process(report(1, 1, 5, 4f, 4f));

    assertThat(plans()).extracting(ShardPlan::shard).containsExactly(0, 1, 2);
    assertThat(harness.numKeyedStateEntries())
        .as("the newest epoch planned, and the spending")
        .isEqualTo(2);
  }

  @Test
  void plansFromTheMergedHistogramWhateverTheOrder() throws Exception {
    process(report(1, 2, 0, 3f), report(1, 1, 5, 4f, 4f), report(1, 0, 0, 1f, 2f));

    List<ShardPlan> plans = plans();
    SparseHistogram all = histogram(1f, 2f, 3f, 4f, 4f);
    assertThat(plans)
        .allSatisfy(
            plan -> {
              assertThat(plan.bands())
                  .isEqualTo(
                      SelectionPlanner.plan(1, Population.of(all), 5, Spending.NONE, SETTINGS)
                          .bands());
              assertThat(plan.endedAtMillis()).isEqualTo(102);
            });
  }

  @Test
  void tellsPeopleWhy() throws Exception {
    process(report(1, 2, 0, 3f), report(1, 1, 5, 4f, 4f), report(1, 0, 0, 1f, 2f));

    Queue<StreamRecord<byte[]>> told = harness.getSideOutput(Recluster.PLANS);
    SelectionPlan plan = Json.read(told.remove().getValue(), SelectionPlan.newBuilder()).build();
    assertThat(told).isEmpty();
    assertThat(plan.getEpoch()).isEqualTo(1);
    assertThat(plan.getPolicy()).isEqualTo("seta");
    assertThat(plan.getKnown()).isEqualTo(10);
    assertThat(plan.getUnseen()).isEqualTo(5);
    assertThat(plan.getWindowSize()).isEqualTo(2);
    assertThat(plan.getWindowStart()).isEqualTo(1);
    assertThat(plan.getClustersList())
        .extracting(cluster -> cluster.getCenter())
        .containsExactly(1.0, 2.0, 3.0, 4.0);
    assertThat(plan.getBands(0).getLower()).isEqualTo(2f);
    assertThat(plan.getBands(0).getUpper()).isEqualTo(3f);
    assertThat(plan.getBands(0).getKeep()).isEqualTo(0.75);
    assertThat(plan.getDatasetSize()).as("the greatest that a shard was told").isEqualTo(12);
    assertThat(plan.getWorldSize()).isEqualTo(2);
    assertThat(plan.getGeneration()).isZero();
    assertThat(plan.getLogOffset()).as("where shard 0 closed the epoch").isEqualTo(50);
  }

  @Test
  void theNewestMembersThatAShardKnowsShareTheSelection() throws Exception {
    World three = new World(77, 3);
    process(report(1, 1, WORLD, 0, 1f), report(1, 0, three, 0, 1f), report(1, 2, WORLD, 0, 1f));
    assertThat(plans()).extracting(ShardPlan::worldSize).containsOnly(3);
  }

  @Test
  void ignoresARepeatedReport() throws Exception {
    process(report(1, 0, 0, 1f), report(1, 0, 0, 1f), report(1, 1, 0, 1f));
    assertThat(plans()).isEmpty();
    process(report(1, 2, 0, 2f));
    assertThat(plans()).hasSize(SHARDS);
  }

  @Test
  void ignoresAReportOfAnEpochThatIsPlannedAndKeepsNoStateForIt() throws Exception {
    process(report(1, 0, 0, 1f), report(1, 1, 0, 1f), report(1, 2, 0, 1f));
    plans();
    process(report(1, 0, 0, 1f), report(0, 1, 0, 1f));
    assertThat(plans()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
  }

  @Test
  void mergesEpochsSideBySide() throws Exception {
    process(report(1, 0, 0, 1f), report(2, 0, 0, 1f), report(1, 1, 0, 1f), report(1, 2, 0, 1f));
    assertThat(plans()).extracting(ShardPlan::epoch).containsOnly(1);
    process(report(2, 1, 0, 1f), report(2, 2, 0, 1f));
    assertThat(plans()).extracting(ShardPlan::epoch).containsOnly(2);
  }

  @Test
  void goesOnFromASnapshotTakenAmidAMerge() throws Exception {
    process(report(1, 2, 0, 3f), report(1, 1, 5, 4f, 4f));
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    process(report(1, 0, 0, 1f, 2f));
    List<ShardPlan> expected = plans();

    try (KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan> restored =
        newHarness()) {
      restored.initializeState(snapshot);
      restored.open();
      restored.processElement(report(1, 0, 0, 1f, 2f), 0);
      assertThat(restored.extractOutputValues()).isEqualTo(expected);
    }
  }

  @Test
  void whatWasSpentComesThroughASnapshotAndEndsWithTheCycle() throws Exception {
    SelectionSettings settings =
        new SelectionSettings(
            PolicyKind.of("random"), 4, 0.5, 0.25, 1, 3, 7, new Limits(0.6, 0, 0.5, 1, 10, 0));
    // Of 3 x 100 samples 180: 100 at first, then 40 and 40 were left, but 50 is the least.
    List<Double> expected = new ArrayList<>();
    OperatorSubtaskState snapshot = null;
    for (int epoch = 0; epoch < 6; epoch++) {
      try (KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan> restored =
          newHarness(settings, 1)) {
        if (snapshot != null) {
          restored.initializeState(snapshot);
        }
        restored.open();
        restored.processElement(ofHundred(epoch), 0);
        byte[] told = restored.getSideOutput(Recluster.PLANS).remove().getValue();
        expected.add(Json.read(told, SelectionPlan.newBuilder()).build().getExpected());
        snapshot = restored.snapshot(epoch, epoch);
      }
    }

    // What the first cycle has spent too much is not the second one's; it has measured samples from
    // its first selection on.
    assertThat(expected).hasSize(6);
    double[] counts = {100, 50, 50, 60, 60, 60};
    for (int epoch = 0; epoch < 6; epoch++) {
      assertThat(expected.get(epoch))
          .as("selection %d", epoch)
          .isCloseTo(counts[epoch], within(1e-6));
    }
  }

  private static ShardReport ofHundred(int epoch) {
    float[] losses = new float[epoch == 0 ? 0 : 100];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = i;
    }
    return report(epoch, 0, WORLD, epoch == 0 ? 100 : 0, losses);
  }

  @Test
  void strataAndHardestSamplesAreMerged() throws Exception {
    Stratum seven = new Stratum(7, Freshness.ANY);
    Stratum eight = new Stratum(8, Freshness.ANY);
    process(
        withStrata(report(1, 0, 0, 1f, 9f), Map.of(seven, histogram(1f, 9f)), 9f),
        withStrata(report(1, 1, 0, 2f), Map.of(seven, histogram(2f)), 2f));
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    SelectionSettings floor =
        new SelectionSettings(
            PolicyKind.of("random"), 4, 0.5, 0.9, 1, 10, 7, new Limits(1, 0, 0, 1, 10, 0.5));
    try (KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan> restored =
        newHarness(floor, SHARDS)) {
      restored.initializeState(snapshot);
      restored.open();
      restored.processElement(withStrata(report(1, 2, 1, 3f), Map.of(eight, histogram(3f)), 3f), 0);

      assertThat(restored.extractOutputValues().get(0).topUps())
          .extracting(TopUp::label)
          .containsExactly(7, 8);
      byte[] told = restored.getSideOutput(Recluster.PLANS).remove().getValue();
      SelectionPlan plan = Json.read(told, SelectionPlan.newBuilder()).build();
      assertThat(plan.getHardestList())
          .extracting(HardSample::getId, HardSample::getDifficulty)
          .containsExactly(tuple(0L, 9f), tuple(2L, 3f), tuple(1L, 2f));
      assertThat(plan.getSignal()).isEqualTo("raw");
      assertThat(plan.getTopUpsCount()).isEqualTo(2);
    }
  }

  private static ShardReport withStrata(
      ShardReport report, Map<Stratum, SparseHistogram> strata, float hardest) {
    return new ShardReport(
        report.epoch(),
        report.shard(),
        report.endedAtMillis(),
        report.logOffset(),
        report.world(),
        report.samples(),
        report.measured(),
        strata,
        List.of(
            new io.sluice.job.difficulty.HardSample(
                report.shard(), DifficultyCode.encode(hardest))));
  }

  @Test
  void tellsHowDifficultiesAreSpreadInBinsOfAnEighthOfAnOctave() throws Exception {
    process(report(1, 0, 0, 1f, 1.0625f, 1.125f), report(1, 1, 0, -1f, 0f), report(1, 2, 0, 1.9f));

    byte[] told = harness.getSideOutput(Recluster.PLANS).remove().getValue();
    SelectionPlan plan = Json.read(told, SelectionPlan.newBuilder()).build();
    assertThat(plan.getDistributionList())
        .allSatisfy(bin -> assertThat(bin.getLower()).isLessThanOrEqualTo(bin.getUpper()))
        .extracting(bin -> bin.getCount())
        .containsExactly(1L, 1L, 2L, 1L, 1L);
    assertThat(plan.getDistribution(2).getLower()).isEqualTo(1f);
    assertThat(plan.getDistribution(2).getUpper()).isBetween(1.12f, 1.125f);
    assertThat(plan.getDistribution(3).getLower()).isEqualTo(1.125f);
    assertThat(plan.getExpected()).isGreaterThan(0);
  }

  @Test
  void bringsPlansThroughTheirSerializerUnchanged() throws IOException {
    ShardPlan plan =
        new ShardPlan(
            3,
            1,
            99,
            2,
            List.of(
                new Band(1025, 60_000, Freshness.STALE, 0.25, 0.75, 0.5, 1.5f, true),
                new Band(1024, 1024, Freshness.ANY, 0, 1, 1, 1, false)),
            List.of(new TopUp(3, 0.25)),
            60_001);
    assertThat(TestingSerde.roundTrip(new ShardPlan.Serializer(), plan)).isEqualTo(plan);
  }

  private void process(ShardReport... reports) throws Exception {
    for (ShardReport report : reports) {
      harness.processElement(report, 0);
    }
  }

  private List<ShardPlan> plans() {
    List<ShardPlan> plans = new ArrayList<>(harness.extractOutputValues());
    harness.getOutput().clear();
    return plans;
  }

  private static KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan>
      newHarness() throws Exception {
    return newHarness(SETTINGS, SHARDS);
  }

  private static KeyedOneInputStreamOperatorTestHarness<Integer, ShardReport, ShardPlan> newHarness(
      SelectionSettings settings, int shards) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new Recluster(settings, shards, "raw")), report -> 0, Types.INT);
  }

  private static ShardReport report(int epoch, int shard, long unseen, float... losses) {
    return report(epoch, shard, WORLD, unseen, losses);
  }

  private static ShardReport report(
      int epoch, int shard, World world, long unseen, float... losses) {
    return new ShardReport(
        epoch,
        shard,
        100 + shard,
        50 + shard,
        world,
        new ShardReport.Samples(unseen, 0, 10 + shard),
        histogram(losses),
        Map.of(),
        List.of());
  }

  private static SparseHistogram histogram(float... losses) {
    Histogram histogram = new Histogram();
    for (float loss : losses) {
      histogram.add(DifficultyCode.encode(loss));
    }
    return histogram.toSparse();
  }
}
