package io.sluice.simulation;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.Detail;
import io.sluice.job.difficulty.DifficultyTracker;
import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.Ingest;
import io.sluice.job.ingest.RawRecord;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.job.recluster.Recluster;
import io.sluice.job.recluster.ShardPlan;
import io.sluice.job.select.ChunkRecord;
import io.sluice.job.select.Selector;
import io.sluice.protocol.Sharding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFunction;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The job's own functions, wired as {@code SelectionJob.graph} wires them, in a Flink of one
 * thread: whoever steps it decides which record is read and which message arrives next. It can be
 * stopped at any moment and goes on from a checkpoint.
 */
final class SimulatedJob implements AutoCloseable {

  static final String TOPIC = "run.loss-events";

  /** Rejections of what is no loss; a counter of this simulation and not of the job. */
  static final String CONTROL_REJECTED = "simulation.control-rejected";

  private static final String INGEST = "ingest";
  private static final String TRACKER = "tracker";
  private static final String RECLUSTER = "recluster";
  private static final String SELECTOR = "selector";
  private static final int ONE_KEY = 0;

  private record TrackerOutputs(Channel<ShardReport> reports, Channel<CodesPart> codes) {}

  private final Sharding sharding;
  private final JobShape shape;
  private final EventLog log;
  private final Outputs outputs;
  private final BooleanSupplier repeatsReport;
  private final Counters counters;
  private final long[] offsets;
  private final int[] keys;
  private final Map<String, KeyedStore> stores = new TreeMap<>();
  private final List<DifficultyTracker> trackers = new ArrayList<>();
  private final List<TrackerOutputs> trackerOutputs = new ArrayList<>();
  private final List<Channel<?>> channels = new ArrayList<>();
  private final List<Actor> readers = new ArrayList<>();

  /**
   * Starts a job where an earlier one stood.
   *
   * @param repeatsReport whether the next report of a shard comes twice
   */
  SimulatedJob(
      Scenario scenario,
      Checkpoint from,
      EventLog log,
      Outputs outputs,
      BooleanSupplier repeatsReport)
      throws Exception {
    this.repeatsReport = repeatsReport;
    this.sharding = scenario.sharding();
    this.shape = from.shape();
    this.log = log;
    this.outputs = outputs;
    this.counters = new Counters(from.counters());
    this.offsets = from.offsets().clone();
    this.keys = ShardKeys.of(sharding.shards());
    for (String operator : List.of(INGEST, TRACKER, RECLUSTER, SELECTOR)) {
      stores.put(
          operator,
          new KeyedStore(
              shape.onDisk(), from.states().getOrDefault(operator, KeyedStore.Snapshot.EMPTY)));
    }
    wire(scenario);
    for (int i = 0; i < from.channels().size(); i++) {
      channels.get(i).restore(from.channels().get(i));
    }
  }

  /** All that can happen next. */
  List<Actor> actors() {
    List<Actor> actors = new ArrayList<>(readers);
    actors.addAll(channels);
    return actors;
  }

  Counters counters() {
    return counters;
  }

  Checkpoint checkpoint() {
    Map<String, KeyedStore.Snapshot> states = new TreeMap<>();
    stores.forEach((operator, store) -> states.put(operator, store.snapshot()));
    return new Checkpoint(
        shape,
        offsets.clone(),
        states,
        channels.stream().map(Channel::snapshot).toList(),
        counters.snapshot());
  }

  /** Has everything arrive that is under way, in some order. */
  void drain(Dice dice) throws Exception {
    Scheduler scheduler = new Scheduler(dice);
    scheduler.cast(List.copyOf(channels));
    while (scheduler.step()) {}
  }

  /** Losses that the tracker has accepted and not applied yet. */
  long waitingLosses() {
    long waiting = 0;
    for (String name : List.of("early", "backlog")) {
      for (ShardEvent event :
          stores.get(TRACKER).all(new ListStateDescriptor<>(name, ShardEvent.TYPE))) {
        waiting += ((Losses) event).block().count();
      }
    }
    return waiting;
  }

  /** State of epochs that were planned and selected long ago, by name; empty but for a leak. */
  Map<String, Integer> leftovers() {
    Map<String, Integer> left = new TreeMap<>();
    left.putAll(stores.get(RECLUSTER).sizes("merges"));
    left.putAll(stores.get(SELECTOR).sizes("waiting-parts", "open-plans", "parts-done"));
    return left;
  }

  @Override
  public void close() {
    trackers.forEach(DifficultyTracker::close);
  }

  private void wire(Scenario scenario) throws Exception {
    List<Selector> selectors = new ArrayList<>();
    List<Channel<ShardPlan>> plans = new ArrayList<>();
    for (int i = 0; i < shape.workers(); i++) {
      Selector selector =
          opened(
              new Selector(sharding, scenario.settings().seed(), scenario.quarantine()), SELECTOR);
      selectors.add(selector);
      plans.add(channel(ShardPlan.TYPE, plan -> select(selector, plan)));
    }
    Recluster recluster =
        opened(new Recluster(scenario.settings(), sharding.shards(), "raw"), RECLUSTER);
    for (int i = 0; i < shape.workers(); i++) {
      Channel<ShardReport> reports =
          channel(ShardReport.TYPE, report -> plan(recluster, report, plans));
      // Codes stay with the subtask that made them: tracker and selector are keyed alike.
      Selector selector = selectors.get(i);
      Channel<CodesPart> codes = channel(CodesPart.TYPE, part -> select(selector, part));
      trackers.add(
          opened(
              new DifficultyTracker(
                  sharding,
                  scenario.smoothing(),
                  Detail.of(scenario.settings()),
                  Duration.ofSeconds(60),
                  TOPIC,
                  !shape.onDisk()),
              TRACKER));
      trackerOutputs.add(new TrackerOutputs(reports, codes));
    }
    for (int i = 0; i < shape.readers(); i++) {
      List<Channel<ShardEvent>> events = new ArrayList<>();
      for (int worker = 0; worker < shape.workers(); worker++) {
        int receiver = worker;
        events.add(channel(ShardEvent.TYPE, event -> track(receiver, event)));
      }
      Ingest ingest = opened(new Ingest(sharding, false, TOPIC), INGEST);
      for (int p = i; p < sharding.partitions(); p += shape.readers()) {
        int partition = p;
        readers.add(() -> read(ingest, partition, events));
      }
    }
  }

  private <F extends RichFunction> F opened(F function, String operator) throws Exception {
    function.setRuntimeContext(TestingRuntime.of(stores.get(operator), operator, counters));
    function.open((OpenContext) null);
    return function;
  }

  private <T> Channel<T> channel(TypeInformation<T> type, Channel.Receiver<T> receiver) {
    Channel<T> channel = new Channel<>(type.createSerializer(new SerializerConfigImpl()), receiver);
    channels.add(channel);
    return channel;
  }

  /** Flink's own rule for key group s of S. */
  private int workerOf(int shard) {
    return shard * shape.workers() / sharding.shards();
  }

  private boolean read(
      ProcessFunction<RawRecord, ShardEvent> ingest,
      int partition,
      List<Channel<ShardEvent>> events)
      throws Exception {
    if (offsets[partition] == log.end(partition)) {
      return false;
    }
    RawRecord record = log.read(partition, offsets[partition]++);
    long before = counters.rejected();
    ingest.processElement(
        record,
        ingest.new Context() {
          @Override
          public Long timestamp() {
            return null;
          }

          @Override
          public TimerService timerService() {
            throw new UnsupportedOperationException();
          }

          @Override
          public <X> void output(OutputTag<X> tag, X value) {
            outputs.letter((byte[]) value);
          }
        },
        collector(event -> events.get(workerOf(event.shard())).send(event)));
    if (counters.rejected() > before && Records.losses(record.value()) == 0) {
      counters.add(CONTROL_REJECTED, counters.rejected() - before);
    }
    return true;
  }

  private void track(int worker, ShardEvent event) throws Exception {
    KeyedProcessFunction<Integer, ShardEvent, ShardReport> tracker = trackers.get(worker);
    TrackerOutputs to = trackerOutputs.get(worker);
    int key = keys[event.shard()];
    stores.get(TRACKER).turnTo(key);
    long before = counters.rejected() - rejectedOfBacklog();
    tracker.processElement(
        event,
        tracker.new Context() {
          @Override
          public Long timestamp() {
            return null;
          }

          @Override
          public TimerService timerService() {
            return TestingRuntime.TIMERS;
          }

          @Override
          public Integer getCurrentKey() {
            return key;
          }

          @Override
          public <X> void output(OutputTag<X> tag, X value) {
            if (tag.equals(DeadLetters.TAG)) {
              outputs.letter((byte[]) value);
            } else {
              to.codes().send((CodesPart) value);
            }
          }
        },
        collector(
            report -> {
              to.reports().send(report);
              if (repeatsReport.getAsBoolean()) {
                to.reports().send(report);
              }
            }));
    if (!(event instanceof Losses)) {
      counters.add(CONTROL_REJECTED, counters.rejected() - rejectedOfBacklog() - before);
    }
  }

  private void plan(
      KeyedProcessFunction<Integer, ShardReport, ShardPlan> recluster,
      ShardReport report,
      List<Channel<ShardPlan>> plans)
      throws Exception {
    stores.get(RECLUSTER).turnTo(ONE_KEY);
    recluster.processElement(
        report,
        recluster.new Context() {
          @Override
          public Long timestamp() {
            return null;
          }

          @Override
          public TimerService timerService() {
            return TestingRuntime.TIMERS;
          }

          @Override
          public Integer getCurrentKey() {
            return ONE_KEY;
          }

          @Override
          public <X> void output(OutputTag<X> tag, X value) {
            outputs.plan((byte[]) value);
          }
        },
        collector(plan -> plans.get(workerOf(plan.shard())).send(plan)));
  }

  private void select(Selector selector, CodesPart part) throws Exception {
    stores.get(SELECTOR).turnTo(keys[part.shard()]);
    selector.processElement1(part, context(selector, part.shard()), chunks());
  }

  private void select(Selector selector, ShardPlan plan) throws Exception {
    stores.get(SELECTOR).turnTo(keys[plan.shard()]);
    selector.processElement2(plan, context(selector, plan.shard()), chunks());
  }

  private KeyedCoProcessFunction<Integer, CodesPart, ShardPlan, ChunkRecord>.Context context(
      KeyedCoProcessFunction<Integer, CodesPart, ShardPlan, ChunkRecord> selector, int shard) {
    return selector.new Context() {
      @Override
      public Long timestamp() {
        return null;
      }

      @Override
      public TimerService timerService() {
        return TestingRuntime.TIMERS;
      }

      @Override
      public Integer getCurrentKey() {
        return keys[shard];
      }

      @Override
      public <X> void output(OutputTag<X> tag, X value) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private Collector<ChunkRecord> chunks() {
    return collector(chunk -> outputs.chunk(chunk.value()));
  }

  /** Of losses that may have been accepted long before the event at hand. */
  private long rejectedOfBacklog() {
    return counters.get(TRACKER + ".reason.unknown-sample.rejected")
        + counters.get(TRACKER + ".reason.retired-sample.rejected");
  }

  /** Losses applied, refused or waiting. */
  long accountedLosses() {
    return counters.get(TRACKER + ".lossesApplied")
        + counters.rejected()
        - counters.get(CONTROL_REJECTED)
        + waitingLosses();
  }

  private static <T> Collector<T> collector(Consumer<T> to) {
    return new Collector<>() {
      @Override
      public void collect(T value) {
        to.accept(value);
      }

      @Override
      public void close() {}
    };
  }
}
