package io.sluice.local.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a run stands, read from its topics: the newest plan, and what was announced since. Reading
 * on from the plan's place in the log is cheap however long the run is.
 */
final class RunLog implements AutoCloseable {

  /** After a failover, older plans may stand behind the newest again: as many as this. */
  private static final int LAST_PLANS = 500;

  private final RunConfig config;
  private final PartitionReader reader;
  private final TopicPartition log;
  private final TopicPartition planTopic;
  private final Optional<SelectionPlan> newest;
  private final Announcements announced;
  private long next;

  private RunLog(RunConfig config, PartitionReader reader) {
    this.config = config;
    this.reader = reader;
    this.log = new TopicPartition(config.topics().lossEvents(), 0);
    this.planTopic = new TopicPartition(config.topics().selectionPlans(), 0);
    this.newest = readNewestPlan();
    this.announced =
        new Announcements(
            newest.map(SelectionPlan::getDatasetSize).orElse(0L),
            newest.map(SelectionPlan::getGeneration).orElse(-1L));
    this.next = newest.map(SelectionPlan::getLogOffset).orElse(0L);
    checkNothingIsDeleted();
    readUpTo(reader.end(log));
    checkShards();
  }

  /**
   * Reads up to where the log ends now.
   *
   * @throws UserError when there is no such run, it cannot be read, or counts with other shards
   */
  static RunLog open(RunConfig config) {
    RunTopics.require(config, Role.OPERATOR);
    PartitionReader reader = new PartitionReader(config);
    try {
      return new RunLog(config, reader);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** The newest plan when the log was opened. */
  Optional<SelectionPlan> newestPlan() {
    return newest;
  }

  /** Epoch of the newest plan; that epoch or the one after it is open. -1 without a plan. */
  int newestEpoch() {
    return newest.map(SelectionPlan::getEpoch).orElse(-1);
  }

  /** What the log says since the newest plan, as far as it has been read. */
  Announcements announced() {
    return announced;
  }

  /** Reads on up to the offset in partition 0, exclusively. */
  void readUpTo(long offset) {
    reader.read(log, next, offset, record -> announced.read(record.offset(), record.value()));
    next = Math.max(next, offset);
  }

  /** Reads the plans again, which may be newer now. */
  int newestEpochNow() {
    return readNewestPlan().map(SelectionPlan::getEpoch).orElse(-1);
  }

  /** All plans, by epoch. */
  SortedMap<Integer, SelectionPlan> plans() {
    return readPlans(Long.MAX_VALUE);
  }

  /** The plans among the newest records, by epoch. */
  SortedMap<Integer, SelectionPlan> newestPlans() {
    return readPlans(LAST_PLANS);
  }

  @Override
  public void close() {
    reader.close();
  }

  private Optional<SelectionPlan> readNewestPlan() {
    SortedMap<Integer, SelectionPlan> plans = newestPlans();
    return plans.isEmpty() ? Optional.empty() : Optional.of(plans.get(plans.lastKey()));
  }

  private SortedMap<Integer, SelectionPlan> readPlans(long most) {
    SortedMap<Integer, SelectionPlan> plans = new TreeMap<>();
    long end = reader.end(planTopic);
    long begin = Math.max(reader.begin(planTopic), end - most);
    reader.read(
        planTopic,
        begin,
        end,
        record -> {
          SelectionPlan plan = parse(record);
          plans.put(plan.getEpoch(), plan);
        });
    return plans;
  }

  private static SelectionPlan parse(ConsumerRecord<Void, byte[]> record) {
    try {
      return Json.read(record.value(), SelectionPlan.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      throw new UserError(
          String.format(
              "topic %s, offset %d, is no plan: %s",
              record.topic(), record.offset(), e.getMessage()),
          e);
    }
  }

  private void checkNothingIsDeleted() {
    long begin = reader.begin(log);
    if (begin > next) {
      throw new UserError(
          String.format(
              "partition 0 of topic %s begins with offset %d, but what was announced since the"
                  + " newest plan stands from offset %d on and was deleted; so nobody can tell which"
                  + " samples and ranks are announced",
              log.topic(), begin, next));
    }
  }

  /** With another number of shards every id would mean another sample. */
  private void checkShards() {
    int ours = config.get(Options.SHARDS);
    OptionalInt theirs = shardsOfRun();
    if (theirs.isPresent() && theirs.getAsInt() != ours) {
      throw new UserError(
          String.format(
              "run '%s' counts with %d shards, this command with %d; set shards to %d",
              config.get(Options.RUN_NAME), theirs.getAsInt(), ours, theirs.getAsInt()));
    }
  }

  /** As the newest chunk says, or without any the first agent. */
  private OptionalInt shardsOfRun() {
    TopicPartition chunks = new TopicPartition(config.topics().selectedSamples(), 0);
    long end = reader.end(chunks);
    List<SelectionChunk> newestChunk = new ArrayList<>();
    if (end > reader.begin(chunks)) {
      reader.read(chunks, end - 1, end, record -> newestChunk.add(chunk(record)));
    }
    return newestChunk.isEmpty()
        ? announced.firstShards()
        : OptionalInt.of(newestChunk.get(0).getShards());
  }

  private static SelectionChunk chunk(ConsumerRecord<Void, byte[]> record) {
    try {
      return SelectionChunk.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw new UserError(
          String.format(
              "topic %s, partition %d, offset %d, is no chunk of a selection: %s",
              record.topic(), record.partition(), record.offset(), e.getMessage()),
          e);
    }
  }
}
