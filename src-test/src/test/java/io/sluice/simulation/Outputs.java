package io.sluice.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import io.sluice.protocol.wire.WeightedSamples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.roaringbitmap.IntConsumer;
import org.roaringbitmap.RoaringBitmap;

/** The topics that the job writes. What comes again has to be the same. */
final class Outputs {

  /** Where a chunk belongs. */
  record Place(int epoch, int shard, int part) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byEpoch = Integer.compare(epoch, other.epoch);
      int byShard = byEpoch != 0 ? byEpoch : Integer.compare(shard, other.shard);
      return byShard != 0 ? byShard : Integer.compare(part, other.part);
    }
  }

  /**
   * A selection with all its parts.
   *
   * @param ids in the order of shard and local index
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Selection(int worldSize, long[] ids) {}

  private record Agent(int rank, long incarnation) {}

  private record At(int partition, long offset) {}

  private final Sharding sharding;
  private final TreeMap<Place, byte[]> chunks = new TreeMap<>();
  private final TreeMap<Integer, byte[]> plans = new TreeMap<>();
  private final TreeSet<String> letters = new TreeSet<>();
  private final Map<Integer, Selection> selections = new HashMap<>();
  private final Map<Agent, DeadLetter> byAgent = new HashMap<>();
  private final Map<At, DeadLetter> byPosition = new HashMap<>();

  Outputs(Sharding sharding) {
    this.sharding = sharding;
  }

  void chunk(byte[] value) {
    SelectionChunk chunk = parse(value);
    Place place = new Place(chunk.getEpoch(), chunk.getShard(), chunk.getPart());
    byte[] before = chunks.putIfAbsent(place, value);
    if (before != null && !Arrays.equals(before, value)) {
      throw new Violation(
          "what is published again is the same", place + ": " + parse(before) + " and " + chunk);
    }
  }

  void plan(byte[] value) {
    int epoch = Json.read(value, SelectionPlan.newBuilder()).getEpoch();
    byte[] before = plans.putIfAbsent(epoch, value);
    if (before != null && !Arrays.equals(before, value)) {
      throw new Violation(
          "what is published again is the same", "plans " + text(before) + " and " + text(value));
    }
  }

  void letter(byte[] value) {
    if (!letters.add(text(value))) {
      return;
    }
    DeadLetter letter = Json.read(value, DeadLetter.newBuilder()).build();
    byPosition.put(new At(letter.getPartition(), letter.getOffset()), letter);
    if (letter.hasRank()) {
      switch (letter.getReason()) {
        case "fenced", "unknown-incarnation", "count-mismatch" ->
            byAgent.put(new Agent(letter.getRank(), letter.getIncarnation()), letter);
        default -> {}
      }
    }
  }

  boolean isAnyPublished() {
    return !chunks.isEmpty();
  }

  /** Returns null while it is not complete. */
  Selection selection(int epoch) {
    Selection known = selections.get(epoch);
    if (known == null) {
      known = assemble(epoch);
      if (known != null) {
        selections.put(epoch, known);
      }
    }
    return known;
  }

  /** Why the job does not listen to an agent; null if it does. */
  DeadLetter refusal(int rank, long incarnation, Map<Integer, Long> joins) {
    DeadLetter letter = byAgent.get(new Agent(rank, incarnation));
    if (letter == null) {
      for (Map.Entry<Integer, Long> join : joins.entrySet()) {
        DeadLetter ofJoin = byPosition.get(new At(join.getKey(), join.getValue()));
        letter = ofJoin == null ? letter : ofJoin;
      }
    }
    return letter;
  }

  Map<Place, byte[]> chunks() {
    return chunks;
  }

  Map<Integer, byte[]> plans() {
    return plans;
  }

  Set<String> letters() {
    return letters;
  }

  static SelectionChunk parse(byte[] chunk) {
    try {
      return SelectionChunk.parseFrom(chunk);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  private Selection assemble(int epoch) {
    LongStream.Builder ids = LongStream.builder();
    int worldSize = 0;
    for (int shard = 0; shard < sharding.shards(); shard++) {
      int parts = 1;
      for (int part = 0; part < parts; part++) {
        byte[] value = chunks.get(new Place(epoch, shard, part));
        if (value == null) {
          return null;
        }
        SelectionChunk chunk = parse(value);
        parts = chunk.getParts();
        if (shard > 0 && chunk.getWorldSize() != worldSize) {
          throw new Violation("a selection has one world size", "epoch " + epoch);
        }
        worldSize = chunk.getWorldSize();
        add(chunk, ids);
      }
    }
    return new Selection(worldSize, ids.build().toArray());
  }

  private void add(SelectionChunk chunk, LongStream.Builder ids) {
    BitSet selected = new BitSet();
    for (WeightedSamples samples : chunk.getSamplesList()) {
      selected.or(BitSet.valueOf(samples.getBits().toByteArray()));
      if (!samples.getBitmap().isEmpty()) {
        RoaringBitmap bitmap = new RoaringBitmap();
        try {
          bitmap.deserialize(ByteBuffer.wrap(samples.getBitmap().toByteArray()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        bitmap.forEach((IntConsumer) selected::set);
      }
    }
    selected.stream()
        .forEach(
            index ->
                ids.add(sharding.sampleId(chunk.getShard(), chunk.getBaseLocalIndex() + index)));
  }
}
