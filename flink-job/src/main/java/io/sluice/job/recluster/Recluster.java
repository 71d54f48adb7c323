package io.sluice.job.recluster;

import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.job.selection.Cluster;
import io.sluice.job.selection.Population;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.job.selection.Spending;
import io.sluice.protocol.Json;
import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Merges the shards' histograms of an epoch; when all shards have reported, clusters them, plans
 * the selection, and sends each shard its copy.
 *
 * <p>State, under one key: the merge of every epoch that is not complete yet, dropped when its plan
 * is made; the newest epoch planned, and what the selections of the open cycle come to, kept for
 * the run.
 */
public final class Recluster extends KeyedProcessFunction<Integer, ShardReport, ShardPlan> {

  /** Side output of the plans, as JSON for people and tools. */
  public static final OutputTag<byte[]> PLANS =
      new OutputTag<>("plans", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final SelectionSettings settings;
  private final int shards;
  private final String signal;

  private transient MapState<Integer, EpochMerge> merges;
  private transient ValueState<Integer> planned;
  private transient ValueState<Spending> spending;
  private transient JobMetrics.Planning metrics;

  /**
   * @param shards number of shards S that have to report
   * @param signal what difficulties are made of, for people
   */
  public Recluster(SelectionSettings settings, int shards, String signal) {
    this.settings = settings;
    this.signal = signal;
    this.shards = shards;
  }

  @Override
  public void open(OpenContext context) {
    merges =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "merges", IntSerializer.INSTANCE, new EpochMergeSerializer()));
    planned = getRuntimeContext().getState(new ValueStateDescriptor<>("planned", Integer.class));
    spending =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("spending", new SpendingSerializer()));
    metrics = new JobMetrics.Planning(getRuntimeContext().getMetricGroup(), settings.clusters());
  }

  @Override
  public void processElement(ShardReport report, Context context, Collector<ShardPlan> out)
      throws Exception {
    Integer newest = planned.value();
    if (newest != null && report.epoch() <= newest) {
      metrics.reportIgnored();
      return;
    }
    EpochMerge merge = merges.get(report.epoch());
    if (merge == null) {
      merge = new EpochMerge();
    }
    if (!merge.add(report)) {
      metrics.reportIgnored();
      return;
    }
    if (merge.reported() < shards) {
      merges.put(report.epoch(), merge);
      return;
    }
    merges.remove(report.epoch());
    planned.update(report.epoch());
    emit(plan(report.epoch(), merge), merge, context, out);
  }

  private SelectionPlan plan(int epoch, EpochMerge merge) throws IOException {
    long start = System.nanoTime();
    Spending spent = settings.beginsCycle(epoch) ? null : spending.value();
    SelectionPlan plan =
        SelectionPlanner.plan(
            epoch,
            Population.of(merge.measured(), merge.strata()),
            merge.totals().samples().unseen(),
            spent == null ? Spending.NONE : spent,
            settings);
    spending.update((spent == null ? Spending.NONE : spent).plus(plan));
    metrics.planned(
        epoch,
        plan.known(),
        plan.unseen(),
        plan.window().start(),
        plan.window().size(),
        (System.nanoTime() - start) / 1e6);
    metrics.clusters(
        plan.clusters().stream().map(Cluster::center).toList(),
        plan.clusters().stream().map(Cluster::size).toList());
    return plan;
  }

  private void emit(
      SelectionPlan plan, EpochMerge merge, Context context, Collector<ShardPlan> out) {
    long endedAtMillis = merge.totals().endedAtMillis();
    int worldSize = merge.totals().world().size();
    int clusters = plan.clusters().size();
    int hardestFrom = clusters < 2 ? -1 : plan.clusters().get(clusters - 1).lowerCode();
    for (int shard = 0; shard < shards; shard++) {
      out.collect(
          new ShardPlan(
              plan.epoch(),
              shard,
              endedAtMillis,
              worldSize,
              plan.bands(),
              plan.topUps(),
              hardestFrom));
    }
    context.output(PLANS, Json.write(PlanMessages.of(plan, merge, signal)));
  }
}
