package io.sluice.job;

import io.sluice.job.averaging.AverageRecord;
import io.sluice.job.averaging.LaneEvent;
import io.sluice.job.averaging.Lanes;
import io.sluice.job.averaging.ModelAverager;
import io.sluice.job.averaging.ModelIngest;
import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.Detail;
import io.sluice.job.difficulty.DifficultyTracker;
import io.sluice.job.difficulty.ShardReport;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.EpochWatermarks;
import io.sluice.job.ingest.Ingest;
import io.sluice.job.ingest.RawRecord;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.recluster.Recluster;
import io.sluice.job.recluster.ShardPlan;
import io.sluice.job.select.ChunkRecord;
import io.sluice.job.select.Selector;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The selection job of one run: losses in, selections out; and where several agents train one
 * model, parameters in, their means out. The two share nothing but the sink of what is refused.
 *
 * <pre>
 *  loss-events → ingest → epoch-watermarks ──shard──► difficulty-tracker ──────codes──────┐
 *                  │                                     │        │ histogram             │
 *                  ▼                                     ▼        ▼                       ▼
 *             dead-letters ◄─────────────────────────────┘    recluster ──plan/shard──► selector
 *                                                                 ▼                       ▼
 *                                                          selection-plans        selected-samples
 *
 *  model-updates → model-ingest ──partition──► model-averager → model-averages
 *                       │                            │
 *                       └──────► dead-letters ◄──────┘
 * </pre>
 */
public final class SelectionJob {

  /**
   * What the graph produces, for sinks to take.
   *
   * @param averages null where each agent trains a replica of its own
   */
  record Outputs(
      DataStream<ChunkRecord> chunks,
      DataStream<byte[]> plans,
      DataStream<AverageRecord> averages,
      DataStream<byte[]> deadLetters) {

    Outputs and(SingleOutputStreamOperator<AverageRecord> means, DataStream<byte[]> refused) {
      return new Outputs(
          chunks, plans, means, deadLetters.union(refused, means.getSideOutput(DeadLetters.TAG)));
    }
  }

  private SelectionJob() {}

  /**
   * Runs the job on the cluster that calls it: {@code flink run} and application mode alike.
   *
   * @param args flags of the run configuration, such as {@code --config run.yaml}
   * @throws UserError when the settings are wrong or Kafka is not as they say
   */
  public static void main(String[] args) throws Exception {
    RunConfig config = JobCommand.parse(args);
    if (config == null) {
      return; // --help or --version was asked for
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, config);
    env.execute(jobName(config));
  }

  /** Name of the run's job, as the Flink UI shows it. */
  public static String jobName(RunConfig config) {
    return "sluice: " + config.topics().run();
  }

  /**
   * Adds the job to an environment, with Kafka on both ends.
   *
   * @throws UserError when the settings contradict each other or Kafka is not as they say
   */
  public static void build(StreamExecutionEnvironment env, RunConfig config) {
    JobSettings settings = JobSettings.from(config, env.getConfiguration());
    Environments.configure(env, config);
    RunTopics.ensure(config, Role.JOB);
    wire(env, KafkaEnds.of(config), settings);
  }

  static void wire(StreamExecutionEnvironment env, KafkaEnds kafka, JobSettings settings) {
    Outputs outputs = graph(kafka.readLosses(env), settings);
    if (settings.averages()) {
      outputs = averaging(kafka.readUpdates(env), settings, outputs);
    }
    kafka.write(outputs);
  }

  /** The picture's upper half. Names are for people; uids are for savepoints and never change. */
  static Outputs graph(DataStream<RawRecord> lossEvents, JobSettings settings) {
    int shards = settings.sharding().shards();
    String topic = settings.topics().lossEvents();
    // As many as read: a rebalance between them would break the order within a shard.
    int readers = lossEvents.getParallelism();

    SingleOutputStreamOperator<ShardEvent> decoded =
        lossEvents
            .process(
                new Ingest(settings.sharding(), settings.relativeLosses(), topic), ShardEvent.TYPE)
            .name("ingest")
            .uid("ingest")
            .setParallelism(readers);

    SingleOutputStreamOperator<ShardEvent> events =
        decoded
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.forGenerator(context -> new EpochWatermarks()))
            .name("epoch-watermarks")
            .uid("epoch-watermarks")
            .setParallelism(readers);

    SingleOutputStreamOperator<ShardReport> tracker =
        events
            .keyBy(new ShardKeySelector<>(shards, ShardEvent::shard))
            .process(
                new DifficultyTracker(
                    settings.sharding(),
                    settings.smoothing(),
                    Detail.of(settings.selection()),
                    settings.stallWarning(),
                    topic,
                    settings.stateOnHeap()),
                ShardReport.TYPE)
            .name("difficulty-tracker")
            .uid("difficulty-tracker");

    SingleOutputStreamOperator<ShardPlan> plans =
        tracker
            .keyBy(report -> 0, Types.INT)
            .process(
                new Recluster(
                    settings.selection(), shards, settings.relativeLosses() ? "relative" : "raw"),
                ShardPlan.TYPE)
            .name("recluster")
            .uid("recluster")
            .setParallelism(1);

    DataStream<ChunkRecord> chunks =
        tracker
            .getSideOutput(DifficultyTracker.CODES)
            .keyBy(new ShardKeySelector<>(shards, CodesPart::shard))
            .connect(plans.keyBy(new ShardKeySelector<>(shards, ShardPlan::shard)))
            .process(
                new Selector(
                    settings.sharding(), settings.selection().seed(), settings.quarantine()),
                ChunkRecord.TYPE)
            .name("selector")
            .uid("selector");

    DataStream<byte[]> deadLetters =
        decoded.getSideOutput(DeadLetters.TAG).union(tracker.getSideOutput(DeadLetters.TAG));
    return new Outputs(chunks, plans.getSideOutput(Recluster.PLANS), null, deadLetters);
  }

  /** The picture's lower half, added to what the upper one produces. */
  static Outputs averaging(
      DataStream<RawRecord> modelUpdates, JobSettings settings, Outputs selections) {
    int shards = settings.sharding().shards();
    int partitions = settings.sharding().partitions();
    String topic = settings.topics().modelUpdates();

    SingleOutputStreamOperator<LaneEvent> decoded =
        modelUpdates
            .process(new ModelIngest(partitions, topic), LaneEvent.TYPE)
            .name("model-ingest")
            .uid("model-ingest")
            // As many as read, as above.
            .setParallelism(modelUpdates.getParallelism());

    SingleOutputStreamOperator<AverageRecord> averages =
        decoded
            .keyBy(
                new ShardKeySelector<>(
                    shards, event -> Lanes.shardOf(event.lane(), shards, partitions)))
            .process(new ModelAverager(settings.stallWarning(), topic), AverageRecord.TYPE)
            .name("model-averager")
            .uid("model-averager");

    return selections.and(averages, decoded.getSideOutput(DeadLetters.TAG));
  }
}
