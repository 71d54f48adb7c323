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
import io.sluice.job.ingest.ShardEvent.SamplesRetired;
import io.sluice.job.metrics.JobMetrics;
import io.sluice.job.selection.Histogram;
import io.sluice.protocol.Sharding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

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

  private final Sharding sharding;
  private final float smoothing;
  private final Detail detail;
  private final Duration stallWarning;
  private final String topic;
  private final boolean stateOnHeap;

  private transient Pages pages;
  private transient Backlog backlog;
  private transient HeapGuard guard;
  private transient ValueState<EpochLedger> ledgers;
  private transient ListState<ShardEvent> earlyLosses;
  private transient ListState<ShardEvent> laterSamples;

  private transient Histogram histogram;
  private transient JobMetrics.Tracking metrics;
  private transient Refusals refusals;
  private transient StallWatch stalls;

  /**
   * @param smoothing β, above 0 to 1: how far a difficulty moves towards the newest loss
   * @param detail what is kept of samples beside their difficulty
   * @param stallWarning how long an epoch may wait for ranks before it is reported as stalled
   * @param topic name of the topic the events come from, for dead letters
   * @param stateOnHeap whether the state backend keeps state on the heap, which is then watched
   */
  public DifficultyTracker(
      Sharding sharding,
      double smoothing,
      Detail detail,
      Duration stallWarning,
      String topic,
      boolean stateOnHeap) {
    this.sharding = sharding;
    this.detail = detail;
    this.smoothing = (float) smoothing;
    this.stallWarning = stallWarning;
    this.topic = topic;
    this.stateOnHeap = stateOnHeap;
  }

  @Override
  public void open(OpenContext context) {
    guard = stateOnHeap ? HeapGuard.ofProcess(detail) : HeapGuard.none();
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
    ValueState<Integer> watchedEpoch =
        getRuntimeContext().getState(new ValueStateDescriptor<>("watched-epoch", Integer.class));
    MetricGroup group = getRuntimeContext().getMetricGroup();
    histogram = new Histogram();
    metrics = new JobMetrics.Tracking(group);
    refusals = new Refusals(topic, group);
    stalls = new StallWatch(stallWarning, watchedEpoch, JobMetrics.Stalling.ofShards(group));
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
      refusals.refuse(event, refused, lettersOf(context));
    } else {
      apply(event, verdict instanceof Deferred, context);
      // Losses complete nothing, and samples neither.
      if (!(event instanceof Losses) && ledger.isComplete()) {
        close(event, ledger, context, out);
      }
    }
    if (!(event instanceof Losses)) {
      stalls.look(ledger, context.timerService());
    }
    ledgers.update(ledger);
  }

  /** Tells people who an epoch waits for; decides nothing. */
  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ShardReport> out)
      throws Exception {
    stalls.onTimer(context.getCurrentKey(), ledgers.value(), context.timerService());
  }

  @Override
  public void close() {
    if (guard != null) {
      guard.close();
    }
  }

  int stalledShards() {
    return stalls.stalledShards();
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
      return ledger.declare(samples);
    } else if (event instanceof SamplesRetired) {
      return Verdict.ACCEPTED;
    }
    throw new IllegalStateException("no rule for " + event);
  }

  private static Consumer<byte[]> lettersOf(Context context) {
    return letter -> context.output(DeadLetters.TAG, letter);
  }

  private void apply(ShardEvent event, boolean deferred, Context context) throws Exception {
    if (event instanceof Losses losses) {
      if (deferred) {
        earlyLosses.add(losses);
      } else {
        take(losses, context);
      }
    } else if (event instanceof SamplesDeclared samples) {
      if (deferred) {
        laterSamples.add(samples);
      } else {
        // Losses that came before the samples were known are refused, whenever they are applied.
        empty(backlog, context);
        know(samples);
        pages.write();
      }
    } else if (event instanceof SamplesRetired samples) {
      empty(backlog, context);
      retire(samples);
      pages.write();
    }
  }

  private void take(Losses batch, Context context) throws Exception {
    if (backlog.add(batch)) {
      empty(backlog, context);
      pages.write();
    }
    metrics.lossesAccepted(batch.block().count());
  }

  /** Moves what has gathered into the pages, which are still to be written. */
  private void empty(Backlog losses, Context context) throws Exception {
    losses.applyTo(
        pages,
        (batch, measured) -> {
          metrics.lossesApplied(measured.taken());
          Consumer<byte[]> letters = lettersOf(context);
          refusals.refuse(batch, Rejection.UNKNOWN_SAMPLE, measured.unknown(), letters);
          refusals.refuse(batch, Rejection.RETIRED_SAMPLE, measured.retired(), letters);
        });
  }

  private void know(SamplesDeclared samples) throws Exception {
    long added = 0;
    int labelled = 0;
    for (int i = 0; i < samples.firsts().length; i++) {
      long first = samples.firsts()[i];
      long count = samples.counts()[i];
      added += pages.know(first, count);
      if (detail.labels() && samples.labels() != null) {
        pages.label(first, count, samples.labels(), labelled);
        labelled += (int) count;
      }
    }
    if (added == 0 && samples.firsts().length > 0) {
      refusals.repeated(Rejection.REPEATED_SAMPLES);
    }
  }

  private void retire(SamplesRetired samples) throws Exception {
    long gone = 0;
    for (int i = 0; i < samples.firsts().length; i++) {
      gone += pages.retire(samples.firsts()[i], samples.counts()[i]);
    }
    if (gone == 0) {
      refusals.repeated(Rejection.REPEATED_SAMPLES);
    }
  }

  private void close(
      ShardEvent last, EpochLedger ledger, Context context, Collector<ShardReport> out)
      throws Exception {
    ledger.close();
    int selection = ledger.openEpoch();
    empty(backlog, context);
    releaseSamples(ledger);

    histogram.clear();
    Tally tally = new Tally(detail, histogram);
    emitCodes(last.shard(), selection, tally, context);
    out.collect(
        new ShardReport(
            selection,
            last.shard(),
            ledger.lastEndMillis(),
            last.position().offset(),
            ledger.members().world(),
            new ShardReport.Samples(tally.unseen, tally.retired, ledger.datasetSize()),
            histogram.toSparse(),
            tally.strata.strata(),
            tally.hardest.samples()));

    backlog.sizeFor(tally.known);
    releaseLosses(context);
    metrics.epochOpened(selection);
    stalls.closed(context.getCurrentKey());
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
      if (detail.inclusion()) {
        page.countInclusion(fresh);
      }
      pages.write(numbers[i]);
      long firstId = sharding.sampleId(shard, numbers[i] * Page.SIZE);
      codes.add(PageCodes.of(numbers[i], firstId, sharding.shards(), page, fresh, tally));
      if (i + 1 == numbers.length || partOf(numbers[i]) != partOf(numbers[i + 1])) {
        context.output(CODES, new CodesPart(selection, shard, part++, parts, codes));
        codes = new ArrayList<>();
      }
    }
  }

  /** With many weights a chunk takes more bytes for a sample, and so holds fewer. */
  private long partOf(long pageNumber) {
    return pageNumber / (detail.inclusion() ? CodesPart.PAGES / 4 : CodesPart.PAGES);
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

  private void releaseLosses(Context context) throws Exception {
    for (ShardEvent event : earlyLosses.get()) {
      take((Losses) event, context);
    }
    earlyLosses.clear();
  }
}
