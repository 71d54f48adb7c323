package io.sluice.agent.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Puts one selection at a time together from its chunks, which come in any order and more than
 * once.
 */
final class SelectionAssembler {

  /** What became of a record. */
  enum Outcome {
    TAKEN,
    /** Published again, with the same content. */
    REPEATED,
    /** Of a selection that is not of interest any more, or read again from the same place. */
    PAST,
    /** Of a selection after the wanted one; not kept, so it has to be read again then. */
    LATER
  }

  private static final int LISTED_SHARDS = 10;

  /**
   * A selection with all its parts.
   *
   * @param worldSize number of ranks that share it; 0 where a job of an older version does not say
   * @param parts ascending by shard and part
   */
  record Complete(int worldSize, List<SelectedPart> parts) {}

  private record Key(int epoch, int shard, int part) {}

  private final Sharding sharding;
  private final ClientCounters counters;
  private final Map<Key, Seen> seen = new HashMap<>();

  /** By shard, its parts by number. */
  private final Map<Integer, TreeMap<Integer, SelectedPart>> shards = new TreeMap<>();

  private final int[] parts;
  private int wanted = -1;
  private int completeShards;
  private int worldSize;

  SelectionAssembler(Sharding sharding, ClientCounters counters) {
    this.sharding = sharding;
    this.counters = counters;
    this.parts = new int[sharding.shards()];
  }

  int wanted() {
    return wanted;
  }

  /** Turns to another selection; what was gathered of the one before is dropped. */
  void want(int epoch) {
    wanted = epoch;
    completeShards = 0;
    shards.clear();
    Arrays.fill(parts, 0);
    // A selection's repeats may still come while the next one is waited for.
    seen.keySet().removeIf(key -> key.epoch() < epoch - 1);
  }

  /**
   * @throws UserError when the record is not a chunk of this run, or differs from an earlier one of
   *     the same epoch, shard and part
   */
  Outcome accept(ConsumerRecord<?, byte[]> record) {
    ChunkHeader header = ChunkHeader.of(record);
    if (header.epoch() > wanted) {
      return Outcome.LATER;
    }
    if (header.epoch() < wanted - 1) {
      return Outcome.PAST;
    }
    if (header.version() != Wire.VERSION) {
      throw refused(
          record,
          String.format(
              "has version %d, this agent knows version %d; upgrade the older of job and agent",
              header.version(), Wire.VERSION));
    }
    SelectionChunk chunk = parse(record);
    checkShard(record, chunk);
    Key key = new Key(chunk.getEpoch(), chunk.getShard(), chunk.getPart());
    Seen now = Seen.of(record);
    Seen before = seen.get(key);
    if (before != null) {
      return again(key, before, now, record);
    }
    if (chunk.getEpoch() < wanted) {
      return Outcome.PAST;
    }
    add(record, chunk);
    seen.put(key, now);
    return Outcome.TAKEN;
  }

  boolean isComplete() {
    return completeShards == sharding.shards();
  }

  /** The complete selection. */
  Complete take() {
    List<SelectedPart> all = new ArrayList<>();
    shards.values().forEach(byPart -> all.addAll(byPart.values()));
    shards.clear();
    return new Complete(worldSize, all);
  }

  /** What the wanted selection lacks, for people. */
  String missing() {
    StringBuilder text = new StringBuilder();
    text.append(completeShards).append(" of ").append(sharding.shards()).append(" shards are here");
    int listed = 0;
    for (int shard = 0; shard < sharding.shards() && listed <= LISTED_SHARDS; shard++) {
      int have = have(shard);
      if (parts[shard] > 0 && have == parts[shard]) {
        continue;
      }
      text.append(listed == 0 ? "; missing: " : ", ");
      text.append(listed == LISTED_SHARDS ? "..." : Integer.toString(shard));
      if (listed < LISTED_SHARDS && have > 0) {
        text.append(" (").append(have).append(" of ").append(parts[shard]).append(" parts)");
      }
      listed++;
    }
    return text.toString();
  }

  private Outcome again(Key key, Seen before, Seen now, ConsumerRecord<?, byte[]> record) {
    if (now.isAt(before)) {
      return Outcome.PAST;
    }
    if (!now.equalsContent(before)) {
      throw new UserError(
          String.format(
              "topic %s holds two different chunks of epoch %d, shard %d, part %d: partition %d"
                  + " offset %d and partition %d offset %d; see that only one job serves the run"
                  + " and that its settings were not changed in between",
              record.topic(),
              key.epoch(),
              key.shard(),
              key.part(),
              before.partition(),
              before.offset(),
              now.partition(),
              now.offset()));
    }
    counters.repeatsDropped.increment();
    return Outcome.REPEATED;
  }

  private void checkShard(ConsumerRecord<?, byte[]> record, SelectionChunk chunk) {
    if (chunk.getShards() != sharding.shards()) {
      throw refused(
          record,
          String.format(
              "counts with %d shards, this agent with %d: job and agent are configured differently;"
                  + " give both the same 'shards'",
              chunk.getShards(), sharding.shards()));
    }
    if (!sharding.isShard(chunk.getShard())
        || chunk.getPart() < 0
        || chunk.getPart() >= chunk.getParts()) {
      throw refused(
          record,
          String.format(
              "is part %d of %d of shard %d, which cannot be",
              chunk.getPart(), chunk.getParts(), chunk.getShard()));
    }
  }

  private void add(ConsumerRecord<?, byte[]> record, SelectionChunk chunk) {
    int shard = chunk.getShard();
    if (parts[shard] > 0 && parts[shard] != chunk.getParts()) {
      throw refused(
          record,
          String.format(
              "says that shard %d has %d parts, an earlier one said %d",
              shard, chunk.getParts(), parts[shard]));
    }
    if (!shards.isEmpty() && worldSize != chunk.getWorldSize()) {
      throw refused(
          record,
          String.format(
              "is for %d ranks, an earlier one of the same selection for %d",
              chunk.getWorldSize(), worldSize));
    }
    SelectedPart part;
    try {
      part = new SelectedPart(chunk);
    } catch (IllegalArgumentException e) {
      throw refused(record, "contradicts itself: " + e.getMessage());
    }
    worldSize = chunk.getWorldSize();
    parts[shard] = chunk.getParts();
    shards.computeIfAbsent(shard, s -> new TreeMap<>()).put(chunk.getPart(), part);
    if (have(shard) == parts[shard]) {
      completeShards++;
    }
  }

  private int have(int shard) {
    TreeMap<Integer, SelectedPart> byPart = shards.get(shard);
    return byPart == null ? 0 : byPart.size();
  }

  private static SelectionChunk parse(ConsumerRecord<?, byte[]> record) {
    try {
      return SelectionChunk.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw refused(record, "is not one: " + e.getMessage());
    }
  }

  static UserError refused(ConsumerRecord<?, byte[]> record, String problem) {
    return new UserError(
        String.format(
            "the selection chunk in topic %s, partition %d, offset %d %s",
            record.topic(), record.partition(), record.offset(), problem));
  }
}
