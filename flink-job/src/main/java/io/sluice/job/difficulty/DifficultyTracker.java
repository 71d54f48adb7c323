package io.sluice.job.difficulty;

import io.sluice.job.difficulty.PageCodes.Tally;
import io.sluice.job.difficulty.Verdict.Deferred;
import io.sluice.job.difficulty.Verdict.Refused;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.job.selection.Histogram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the difficulty of every sample of a shard. When the shard's ledger says that the open epoch
 * is complete, it folds the epoch's losses in and emits what the shard then holds: a histogram for
 * the plan, and the difficulty codes for the selector.
 *
 * <p>State, all by shard and kept for the run: pages of samples, losses on their way into the
 * pages, the ledger. Losses of the next epoch and samples declared for a later one wait in lists,
 * which the close that they wait for empties.
 */
public final class DifficultyTracker
    extends KeyedProcessFunction<Integer, ShardEvent, ShardReport> {

  /** Side output of the difficulty codes. */
  public static final OutputTag<CodesPart> CODES = new OutputTag<>("codes", CodesPart.TYPE);

  private static final Logger LOG = LoggerFactory.getLogger(DifficultyTracker.class);

  private final float smoothing;
  private final Duration stallWarning;
  private final String topic;
  private final boolean stateOnHeap;

  private transient Pages pages;
  private transient Backlog backlog;
  private transient HeapGuard guard;
  private transient ValueState<EpochLedger> ledgers;
  private transient ListState<ShardEvent> earlyLosses;
  private transient ListState<ShardEvent> laterSamples;
  private transient ValueState<Integer> watchedEpoch;

  private transient Histogram histogram;
  private transient JobMetrics.Tracking metrics;
  private transient JobMetrics.Rejected<Rejection> rejected;
  private transient Set<Integer> stalled;
  private transient int warnedEpoch;

  /**
   * @param smoothing β, above 0 to 1: how far a difficulty moves towards the newest loss
   * @param stallWarning how long an epoch may wait for ranks before it is reported as stalled
   * @param topic name of the topic the events come from, for dead letters
   * @param stateOnHeap whether the state backend keeps state on the heap, which is then watched
   */
  public DifficultyTracker(
      double smoothing, Duration stallWarning, String topic, boolean stateOnHeap) {
    this.smoothing = (float) smoothing;
    this.stallWarning = stallWarning;
    this.topic = topic;
    this.stateOnHeap = stateOnHeap;
  }

  @Override
  public void open(OpenContext context) {
    guard = stateOnHeap ? HeapGuard.ofProcess() : HeapGuard.none();
    pages =
        new Pages(
            getRuntimeContext()
                .getMapState(
                    new MapStateDescriptor<>(
                        "pages", LongSerializer.INSTANCE, new PageSerializer())),
            guard);
    backlog = new Backlog(getRuntimeContext(), stateOnHeap);
    ledgers =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("ledger", new EpochLedgerSerializer()));
    earlyLosses =
        getRuntimeContext().getListState(new ListStateDescriptor<>("early", ShardEvent.TYPE));
    laterSamples =
        getRuntimeContext().getListState(new ListStateDescriptor<>("later", ShardEvent.TYPE));
    watchedEpoch =
        getRuntimeContext().getState(new ValueStateDescriptor<>("watched-epoch", Integer.class));
    histogram = new Histogram();
    metrics = new JobMetrics.Tracking(getRuntimeContext().getMetricGroup());
    rejected = Rejection.counters(getRuntimeContext().getMetricGroup());
    stalled = new HashSet<>();
    warnedEpoch = Integer.MIN_VALUE;
  }

  @Override
  public void processElement(ShardEvent event, Context context, Collector<ShardReport> out)
      throws Exception {
    pages.of(event.shard());
    EpochLedger ledger = ledgers.value();
    if (ledger == null) {
      ledger = new EpochLedger();
    }
    Verdict verdict = judge(event, ledger);
    if (verdict instanceof Refused refused) {
      refuse(event, refused, context);
      watchForStall(ledger, context);
      ledgers.update(ledger);
      return;
    }
    boolean deferred = verdict instanceof Deferred;
    if (event instanceof Losses losses) {
      if (deferred) {
        earlyLosses.add(losses);
      } else {
        take(losses);
      }
    } else if (event instanceof SamplesDeclared samples) {
      if (deferred) {
        laterSamples.add(samples);
      } else {
        know(samples);
      }
    }
    if (!(event instanceof Losses)) { // losses complete nothing
      if (ledger.isComplete()) {
        close(event.shard(), ledger, context, out);
      }
      watchForStall(ledger, context);
    }
    ledgers.update(ledger);
  }

  @Override
  public void close() {
    if (guard != null) {
      guard.close();
    }
  }

  int stalledShards() {
    return stalled.size();
  }

  private static Verdict judge(ShardEvent event, EpochLedger ledger) {
    if (event instanceof Losses losses) {
      return ledger.losses(losses);
    } else if (event instanceof EpochEnded end) {
      return ledger.end(end);
    } else if (event instanceof Joined join) {
      return ledger.join(join);
    } else if (event instanceof MembersDeclared members) {
      return ledger.declare(members);
    } else if (event instanceof SamplesDeclared samples) {
      return ledger.isFor(samples) ? Verdict.ACCEPTED : Verdict.DEFERRED;
    }
    throw new IllegalStateException("no rule for " + event);
  }

  private void refuse(ShardEvent event, Refused refused, Context context) {
    long count = event instanceof Losses losses ? losses.block().count() : 1;
    rejected.count(refused.reason(), count);
    if (!refused.reason().isRepeat()) {
      byte[] letter =
          DeadLetters.json(
              refused.reason(), refused.detail(), topic, event.position(), new byte[0]);
      context.output(DeadLetters.TAG, letter);
    }
  }

  private void take(Losses batch) throws Exception {
    if (backlog.add(batch)) {
      backlog.applyTo(pages);
      pages.write();
    }
    metrics.lossesApplied(batch.block().count());
  }

  private void know(SamplesDeclared samples) throws Exception {
    for (int i = 0; i < samples.firsts().length; i++) {
      pages.know(samples.firsts()[i], samples.counts()[i]);
    }
    pages.write();
  }

  private void close(int shard, EpochLedger ledger, Context context, Collector<ShardReport> out)
      throws Exception {
    ledger.close();
    int selection = ledger.openEpoch();
    releaseSamples(ledger);
    backlog.applyTo(pages);

    Tally tally = new Tally();
    histogram.clear();
    emitCodes(shard, selection, tally, context);
    out.collect(
        new ShardReport(
            selection, shard, ledger.lastEndMillis(), tally.unseen, histogram.toSparse()));

    backlog.sizeFor(tally.known);
    releaseLosses();
    metrics.epochOpened(selection);
    stalled.remove(context.getCurrentKey());
    metrics.stalledShards(stalled.size());
  }

  /** Folds page by page, so that no more than a part's codes are held beside the pages. */
  private void emitCodes(int shard, int selection, Tally tally, Context context) throws Exception {
    long[] numbers = pages.numbers();
    int parts = 0;
    for (int i = 0; i < numbers.length; i++) {
      parts += i == 0 || partOf(numbers[i]) != partOf(numbers[i - 1]) ? 1 : 0;
    }
    if (parts == 0) {
      context.output(CODES, new CodesPart(selection, shard, 0, 1, List.of()));
      return;
    }
    int part = 0;
    List<PageCodes> codes = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      Page page = pages.change(numbers[i]);
      long[] fresh = page.fold(smoothing);
      pages.write(numbers[i]);
      codes.add(PageCodes.of(numbers[i], page, fresh, histogram, tally));
      if (i + 1 == numbers.length || partOf(numbers[i]) != partOf(numbers[i + 1])) {
        context.output(CODES, new CodesPart(selection, shard, part++, parts, codes));
        codes = new ArrayList<>();
      }
    }
  }

  private static long partOf(long pageNumber) {
    return pageNumber / CodesPart.PAGES;
  }

  private void releaseSamples(EpochLedger ledger) throws Exception {
    List<ShardEvent> waiting = new ArrayList<>();
    for (ShardEvent event : laterSamples.get()) {
      SamplesDeclared samples = (SamplesDeclared) event;
      // The epoch has just been closed, so the selection that is made now is the open epoch's.
      if (samples.fromEpoch() <= ledger.openEpoch()) {
        know(samples);
      } else {
        waiting.add(samples);
      }
    }
    laterSamples.update(waiting);
  }

  private void releaseLosses() throws Exception {
    for (ShardEvent event : earlyLosses.get()) {
      take((Losses) event);
    }
    earlyLosses.clear();
  }

  private void watchForStall(EpochLedger ledger, Context context) throws Exception {
    Integer watched = watchedEpoch.value();
    if (ledger.isWaiting() && (watched == null || watched != ledger.openEpoch())) {
      watchedEpoch.update(ledger.openEpoch());
      lookAgain(context);
    }
  }

  private void lookAgain(Context context) {
    long now = context.timerService().currentProcessingTime();
    context.timerService().registerProcessingTimeTimer(now + stallWarning.toMillis());
  }

  /** Tells people who an epoch waits for; decides nothing. */
  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ShardReport> out)
      throws Exception {
    EpochLedger ledger = ledgers.value();
    if (watchedEpoch.value() != ledger.openEpoch()) {
      return; // it was closed, and whoever waits for the next has a timer of their own
    }
    lookAgain(context);
    if (!ledger.isWaiting()) {
      return; // the rank that had ended it has started again
    }
    stalled.add(context.getCurrentKey());
    metrics.stalledShards(stalled.size());
    if (warnedEpoch != ledger.openEpoch()) {
      warnedEpoch = ledger.openEpoch();
      LOG.warn(
          "epoch {} waits for ranks {}, {} s or more after the first rank ended it; restart their"
              + " agents, or remove them for good with a Membership record",
          ledger.openEpoch(),
          ledger.missingRanks(),
          stallWarning.toSeconds());
    }
  }
}
