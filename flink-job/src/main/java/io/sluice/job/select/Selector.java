package io.sluice.job.select;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.job.recluster.ShardPlan;
import io.sluice.job.selection.BandFilter;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Joins a shard's difficulty codes with its copy of the plan; whichever comes second fires. Knows
 * bands, not policies.
 *
 * <p>State, by shard: parts that wait for their plan, plans that wait for parts and how many parts
 * they have had. Both are dropped when the epoch's last part is out. Kept for the run, where it has
 * a quarantine: how often in a row samples were among the hardest.
 */
public final class Selector
    extends KeyedCoProcessFunction<Integer, CodesPart, ShardPlan, ChunkRecord> {

  private final Sharding sharding;
  private final long seed;
  private final int limit;

  private transient MapState<Long, CodesPart> waitingParts;
  private transient MapState<Integer, ShardPlan> openPlans;
  private transient MapState<Integer, Integer> partsDone;
  private transient ChunkBuilder chunks;
  private transient JobMetrics.Selecting metrics;
  private transient ShardPlan filterSource;
  private transient BandFilter filter;
  private transient Quarantine quarantine;

  /**
   * @param seed seed of the run; decides with epoch and sample id which samples are kept
   * @param quarantine after how many measurements among the hardest a sample is left out; 0 for
   *     never
   */
  public Selector(Sharding sharding, long seed, int quarantine) {
    this.sharding = sharding;
    this.seed = seed;
    this.limit = quarantine;
  }

  @Override
  public void open(OpenContext context) {
    waitingParts =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "waiting-parts", LongSerializer.INSTANCE, new CodesPart.Serializer()));
    openPlans =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "open-plans", IntSerializer.INSTANCE, new ShardPlan.Serializer()));
    partsDone =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "parts-done", IntSerializer.INSTANCE, IntSerializer.INSTANCE));
    chunks = new ChunkBuilder(sharding);
    MapState<Long, byte[]> streaks =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "streaks", LongSerializer.INSTANCE, new StreaksSerializer()));
    quarantine = limit == 0 ? null : new Quarantine(limit, seed, sharding, streaks);
    metrics = new JobMetrics.Selecting(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement1(CodesPart part, Context context, Collector<ChunkRecord> out)
      throws Exception {
    ShardPlan plan = openPlans.get(part.epoch());
    if (plan == null) {
      waitingParts.put(key(part), part);
    } else {
      select(part, plan, context, out);
    }
  }

  @Override
  public void processElement2(ShardPlan plan, Context context, Collector<ChunkRecord> out)
      throws Exception {
    openPlans.put(plan.epoch(), plan);
    List<CodesPart> ready = new ArrayList<>();
    for (Map.Entry<Long, CodesPart> entry : waitingParts.entries()) {
      if (entry.getValue().epoch() == plan.epoch()) {
        ready.add(entry.getValue());
      }
    }
    for (CodesPart part : ready) {
      waitingParts.remove(key(part));
      select(part, plan, context, out);
    }
  }

  private void select(CodesPart part, ShardPlan plan, Context context, Collector<ChunkRecord> out)
      throws Exception {
    Quarantine.Held held = quarantine == null ? null : quarantine.judge(part, plan.hardestFrom());
    SelectionChunk chunk = chunks.build(part, filterOf(plan), plan.worldSize(), held);
    out.collect(new ChunkRecord(part.shard(), chunk.toByteArray()));

    Integer before = partsDone.get(part.epoch());
    int done = before == null ? 1 : before + 1;
    if (done == part.parts()) {
      openPlans.remove(part.epoch());
      partsDone.remove(part.epoch());
    } else {
      partsDone.put(part.epoch(), done);
    }
    long selected = chunk.getSamplesList().stream().mapToLong(WeightedSamples::getCount).sum();
    metrics.selected(part.epoch(), selected, chunk.getKnown());
    metrics.quarantined(chunk.getQuarantined().getCount());
    metrics.turnaround(context.timerService().currentProcessingTime() - plan.endedAtMillis());
  }

  /** All shards' copies of a plan have the same bands, so one compiled filter serves them. */
  private BandFilter filterOf(ShardPlan plan) {
    if (filter == null
        || filterSource.epoch() != plan.epoch()
        || !filterSource.bands().equals(plan.bands())
        || !filterSource.topUps().equals(plan.topUps())) {
      filter = new BandFilter(plan.epoch(), plan.bands(), plan.topUps(), seed);
      filterSource = plan;
    }
    return filter;
  }

  private static long key(CodesPart part) {
    return (long) part.epoch() << 32 | part.part();
  }
}
