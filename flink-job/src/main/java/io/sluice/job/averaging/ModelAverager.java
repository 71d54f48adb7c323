package io.sluice.job.averaging;

import com.google.protobuf.UnsafeByteOperations;
import io.sluice.job.averaging.ChunkLedger.Dropped;
import io.sluice.job.averaging.ChunkLedger.Round;
import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.ModelAverage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Holds what ranks send of a chunk until all of them have sent it, and publishes the mean.
 *
 * <p>State, by lane: of each chunk the ledger, kept for the run; the values of each held update,
 * dropped with the chunk's mean; who the ranks are, as far as somebody has declared it. The values
 * are apart from the ledger, since on disk each update would read and write those of all ranks.
 */
public final class ModelAverager extends KeyedProcessFunction<Integer, LaneEvent, AverageRecord> {

  private final Duration stallWarning;
  private final String topic;

  private transient MapState<Integer, ChunkLedger> ledgers;
  private transient MapState<Long, byte[]> values;
  private transient ValueState<LaneMembers> lanes;
  private transient WeightedMean mean;
  private transient JobMetrics.Averaging metrics;
  private transient JobMetrics.Rejected<Rejection> rejected;
  private transient HeldTally tally;
  private transient SyncWatch stalls;

  /**
   * @param stallWarning how long a sync may wait for ranks before it is reported as stalled
   * @param topic name of the topic the events come from, for dead letters
   */
  public ModelAverager(Duration stallWarning, String topic) {
    this.stallWarning = stallWarning;
    this.topic = topic;
  }

  @Override
  public void open(OpenContext context) {
    ledgers =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "chunks", IntSerializer.INSTANCE, new ChunkLedgerSerializer()));
    values =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "values", LongSerializer.INSTANCE, new ValuesSerializer()));
    lanes =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("members", new LaneMembersSerializer()));
    ValueState<Sync> watched =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("watched-sync", new SyncSerializer()));
    MetricGroup group = getRuntimeContext().getMetricGroup();
    mean = new WeightedMean(Wire.CHUNK_VALUES);
    metrics = new JobMetrics.Averaging(group);
    rejected = Rejection.counters(group);
    tally = new HeldTally(metrics);
    stalls = new SyncWatch(stallWarning, watched, JobMetrics.Stalling.ofSyncs(group));
  }

  @Override
  public void processElement(LaneEvent event, Context context, Collector<AverageRecord> out)
      throws Exception {
    if (!tally.knows(event.lane())) {
      tally.count(event.lane(), ledgers.values());
    }
    if (event instanceof Update update) {
      metrics.updateReceived();
      take(update, context, out);
    } else if (event instanceof MembersDeclared members) {
      declare(members, context, out);
    }
  }

  /** Tells people who a sync waits for; decides nothing. */
  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<AverageRecord> out)
      throws Exception {
    stalls.onTimer(context.getCurrentKey(), ledgers.values(), members(), context.timerService());
  }

  int stalledLanes() {
    return stalls.stalledLanes();
  }

  private void take(Update update, Context context, Collector<AverageRecord> out) throws Exception {
    LaneMembers members = members();
    ChunkLedger ledger = ledgers.get(update.chunk());
    if (ledger == null) {
      ledger = new ChunkLedger();
    }
    Refusal refusal = ledger.refusal(update, members.worldSize(update.sync().epoch()));
    if (refusal == null) {
      hold(update, ledger);
      if (ledger.isComplete(members)) {
        publish(update.lane(), update.chunk(), ledger, members, context, out);
      } else {
        stalls.waits(update.sync(), context.timerService());
      }
    } else {
      refuse(refusal, update.position(), update.rank(), update.incarnation(), context);
    }
    ledgers.put(update.chunk(), ledger);
  }

  private void hold(Update update, ChunkLedger ledger) throws Exception {
    HeldUpdate replaced = ledger.hold(update);
    if (replaced != null) {
      release(update.lane(), update.chunk(), replaced);
      metrics.updateReplaced();
    }
    tally.add(update.lane(), ledger.held().get(update.rank()));
    if (!update.unusable()) {
      values.put(key(update.chunk(), update.rank()), update.values());
    }
  }

  private void declare(MembersDeclared declared, Context context, Collector<AverageRecord> out)
      throws Exception {
    LaneMembers members = members();
    Refusal refusal = members.declare(declared);
    if (refusal != null) {
      refuse(refusal, declared.position(), context);
      return;
    }
    lanes.update(members);
    List<Integer> chunks = new ArrayList<>();
    ledgers.keys().forEach(chunks::add);
    chunks.sort(null); // a map on the heap has no order
    for (int chunk : chunks) {
      ChunkLedger ledger = ledgers.get(chunk);
      drop(declared.lane(), chunk, ledger.drop(members), context);
      if (ledger.isComplete(members)) {
        publish(declared.lane(), chunk, ledger, members, context, out);
      }
      ledgers.put(chunk, ledger);
    }
  }

  private void publish(
      int lane,
      int chunk,
      ChunkLedger ledger,
      LaneMembers members,
      Context context,
      Collector<AverageRecord> out)
      throws Exception {
    Round round = ledger.close(members);
    mean.clear();
    for (HeldUpdate update : round.usable()) {
      // Where nobody has trained a sample, each counts as one.
      double weight = round.samples() == 0 ? 1 : update.samples();
      mean.add(values.get(key(chunk, update.rank())), weight);
      release(lane, chunk, update);
    }
    round.unusable().forEach(update -> tally.remove(lane, update));
    ModelAverage average =
        ModelAverage.newBuilder()
            .setVersion(Wire.VERSION)
            .setEpoch(round.sync().epoch())
            .setStep(round.sync().step())
            .setEndsEpoch(round.sync().endsEpoch())
            .setChunk(chunk)
            .setChunks(round.model().chunks())
            .setModel(round.model().fingerprint())
            .setRanks(round.usable().size())
            .setSamples(round.samples())
            .addAllLeftOut(round.unusable().stream().map(HeldUpdate::rank).toList())
            .setValues(UnsafeByteOperations.unsafeWrap(mean.result()))
            .build();
    out.collect(new AverageRecord(lane, chunk, round.slot(), average.toByteArray()));
    metrics.averagePublished(context.timerService().currentProcessingTime() - round.firstMillis());
    drop(lane, chunk, ledger.dropOvertaken(), context);
    stalls.closed(context.getCurrentKey());
  }

  private void drop(int lane, int chunk, List<Dropped> dropped, Context context) throws Exception {
    for (Dropped each : dropped) {
      HeldUpdate update = each.update();
      release(lane, chunk, update);
      refuse(each.refusal(), update.position(), update.rank(), update.incarnation(), context);
    }
  }

  /** An update is not held any more. */
  private void release(int lane, int chunk, HeldUpdate update) throws Exception {
    tally.remove(lane, update);
    if (!update.unusable()) {
      values.remove(key(chunk, update.rank()));
    }
  }

  private void refuse(
      Refusal refusal, Position position, int rank, long incarnation, Context context) {
    rejected.count(refusal.reason(), 1);
    if (!refusal.reason().isRepeat()) {
      context.output(
          DeadLetters.TAG,
          DeadLetters.ofRank(
              refusal.reason(), refusal.detail(), topic, position, rank, incarnation));
    }
  }

  private void refuse(Refusal refusal, Position position, Context context) {
    rejected.count(refusal.reason(), 1);
    if (!refusal.reason().isRepeat()) {
      context.output(
          DeadLetters.TAG,
          DeadLetters.ofOperator(refusal.reason(), refusal.detail(), topic, position));
    }
  }

  private LaneMembers members() throws Exception {
    LaneMembers members = lanes.value();
    return members == null ? new LaneMembers() : members;
  }

  private static long key(int chunk, int rank) {
    return (long) chunk << 32 | rank;
  }
}
