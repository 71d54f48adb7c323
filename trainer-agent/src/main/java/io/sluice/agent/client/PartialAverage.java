package io.sluice.agent.client;

import io.sluice.protocol.UserError;
import io.sluice.protocol.wire.ModelAverage;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The chunks of one average that have come so far. Each was made by itself, so where the ranks have
 * changed or one was started again amid a synchronisation, a rank may be in some and not in others.
 */
final class PartialAverage {

  private static final int LISTED_CHUNKS = 10;

  private final SyncPoint sync;
  private final SharedModel model;
  private final Seen[] seen;
  private final Map<TopicPartition, Long> firsts = new HashMap<>();
  private final TreeSet<Integer> leftOut = new TreeSet<>();
  private int ranks = Integer.MAX_VALUE;
  private int chunks;

  /** Null once it is taken. */
  private float[] values;

  PartialAverage(SyncPoint sync, SharedModel model) {
    this.sync = sync;
    this.model = model;
    this.seen = new Seen[model.chunks()];
    this.values = new float[(int) model.values()];
  }

  SyncPoint sync() {
    return sync;
  }

  /** By partition, where its first chunk stands that has come. */
  Map<TopicPartition, Long> firsts() {
    return firsts;
  }

  /**
   * @throws UserError when the chunk differs from one that came before
   */
  AverageAssembler.Outcome add(ConsumerRecord<?, byte[]> record, ModelAverage chunk) {
    int number = chunk.getChunk();
    Seen now = Seen.of(record);
    Seen before = seen[number];
    if (before != null) {
      return again(record, number, before, now);
    }
    seen[number] = now;
    firsts.merge(
        new TopicPartition(record.topic(), record.partition()), record.offset(), Math::min);
    chunks++;
    ranks = Math.min(ranks, chunk.getRanks());
    leftOut.addAll(chunk.getLeftOutList());
    if (values != null && chunk.getRanks() > 0) {
      chunk
          .getValues()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values, model.from(number), model.length(number));
    }
    return AverageAssembler.Outcome.TAKEN;
  }

  private AverageAssembler.Outcome again(
      ConsumerRecord<?, byte[]> record, int number, Seen before, Seen now) {
    if (now.isAt(before)) {
      return AverageAssembler.Outcome.PAST;
    }
    if (!now.equalsContent(before)) {
      throw new UserError(
          String.format(
              "topic %s holds two different averages of chunk %d at %s: partition %d offset %d and"
                  + " offset %d; see that only one job serves the run",
              record.topic(), number, sync, now.partition(), before.offset(), now.offset()));
    }
    return AverageAssembler.Outcome.REPEATED;
  }

  boolean isComplete() {
    return chunks == seen.length;
  }

  /** The complete average, of which only what was seen is kept. */
  AveragedModel take() {
    AveragedModel whole = new AveragedModel(sync, ranks, List.copyOf(leftOut), values);
    values = null;
    return whole;
  }

  /** What it lacks, for people. */
  String missing() {
    StringBuilder text = new StringBuilder();
    text.append(chunks).append(" of ").append(seen.length).append(" chunks are here");
    int listed = 0;
    for (int chunk = 0; chunk < seen.length && listed <= LISTED_CHUNKS; chunk++) {
      if (seen[chunk] == null) {
        text.append(listed == 0 ? "; missing: " : ", ");
        text.append(listed == LISTED_CHUNKS ? "..." : Integer.toString(chunk));
        listed++;
      }
    }
    return text.toString();
  }
}
