package io.sluice.local.report;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.local.control.PartitionReader;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what the job of a run has published so far, from the start of its topics. */
public final class RunTopicsReader {

  private RunTopicsReader() {}

  /**
   * How often samples were selected in the epochs up to a last one.
   *
   * @param hardest ids of samples to be named in any case
   * @throws UserError when the selections cannot be read, or are not of this run
   */
  public static SelectionCounts counts(RunConfig config, int lastEpoch, List<Long> hardest) {
    try (PartitionReader reader = new PartitionReader(config)) {
      return tally(config, reader, lastEpoch).counts(hardest);
    }
  }

  /** The plans, by epoch. */
  static SortedMap<Integer, SelectionPlan> plans(RunConfig config, PartitionReader reader) {
    SortedMap<Integer, SelectionPlan> plans = new TreeMap<>();
    readAll(
        reader,
        new TopicPartition(config.topics().selectionPlans(), 0),
        record -> {
          SelectionPlan plan = plan(record);
          plans.put(plan.getEpoch(), plan);
        });
    return plans;
  }

  /** What was selected in the epochs up to a last one. */
  static SelectionTally tally(RunConfig config, PartitionReader reader, int lastEpoch) {
    SelectionTally tally = new SelectionTally(config.sharding());
    readChunks(
        config,
        reader,
        chunk -> {
          if (chunk.getEpoch() <= lastEpoch) {
            tally.add(chunk);
          }
        });
    return tally;
  }

  /** Who is in quarantine. */
  static QuarantineTally quarantine(RunConfig config, PartitionReader reader) {
    QuarantineTally tally = new QuarantineTally(config.sharding());
    readChunks(config, reader, tally::add);
    return tally;
  }

  /**
   * @param each may throw an IllegalArgumentException for a chunk that contradicts itself
   */
  private static void readChunks(
      RunConfig config, PartitionReader reader, Consumer<SelectionChunk> each) {
    Sharding sharding = config.sharding();
    for (int partition = 0; partition < sharding.partitions(); partition++) {
      readAll(
          reader,
          new TopicPartition(config.topics().selectedSamples(), partition),
          record -> {
            SelectionChunk chunk = chunk(record);
            if (chunk.getShards() != sharding.shards()) {
              throw refused(
                  record,
                  String.format(
                      "counts with %d shards, this command with %d; set shards to %d",
                      chunk.getShards(), sharding.shards(), chunk.getShards()));
            }
            pass(chunk, each, record);
          });
    }
  }

  private static void readAll(
      PartitionReader reader,
      TopicPartition partition,
      Consumer<ConsumerRecord<Void, byte[]>> each) {
    reader.read(partition, reader.begin(partition), reader.end(partition), each);
  }

  private static void pass(
      SelectionChunk chunk, Consumer<SelectionChunk> each, ConsumerRecord<?, ?> record) {
    try {
      each.accept(chunk);
    } catch (IllegalArgumentException e) {
      throw refused(record, "contradicts itself: " + e.getMessage());
    }
  }

  private static SelectionPlan plan(ConsumerRecord<?, byte[]> record) {
    try {
      return Json.read(record.value(), SelectionPlan.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      throw refused(record, "is no plan: " + e.getMessage());
    }
  }

  private static SelectionChunk chunk(ConsumerRecord<?, byte[]> record) {
    try {
      return SelectionChunk.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw refused(record, "is no chunk of a selection: " + e.getMessage());
    }
  }

  private static UserError refused(ConsumerRecord<?, ?> record, String problem) {
    return new UserError(
        String.format(
            "the record in topic %s, partition %d, offset %d %s",
            record.topic(), record.partition(), record.offset(), problem));
  }
}
