package io.sluice.job.recluster;

import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.job.recluster.EpochMerge.Totals;
import io.sluice.job.selection.Cluster;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.Json;
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
 * is made; the newest epoch planned, kept for the run.
 */
public final class Recluster extends KeyedProcessFunction<Integer, ShardReport, ShardPlan> {

  /** Side output of the plans, as JSON for people and tools. */
  public static final OutputTag<byte[]> PLANS =
      new OutputTag<>("plans", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final SelectionSettings settings;
  private final int shards;

  private transient MapState<Integer, EpochMerge> merges;
  private transient ValueState<Integer> planned;
  private transient JobMetrics.Planning metrics;

  /**
   * @param shards number of shards S that have to report
   */
  public Recluster(SelectionSettings settings, int shards) {
    this.settings = settings;
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
    emit(plan(report.epoch(), merge), merge.totals(), context, out);
  }

  private SelectionPlan plan(int epoch, EpochMerge merge) {
    long start = System.nanoTime();
    SelectionPlan plan =
        SelectionPlanner.plan(epoch, merge.measured(), merge.totals().samples().unseen(), settings);
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

  private void emit(SelectionPlan plan, Totals totals, Context context, Collector<ShardPlan> out) {
    long endedAtMillis = totals.endedAtMillis();
    int worldSize = totals.world().size();
    for (int shard = 0; shard < shards; shard++) {
      out.collect(new ShardPlan(plan.epoch(), shard, endedAtMillis, worldSize, plan.bands()));
    }
    context.output(PLANS, Json.write(PlanMessages.of(plan, totals)));
  }
}
