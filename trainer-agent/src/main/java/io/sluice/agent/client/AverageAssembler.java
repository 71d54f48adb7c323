package io.sluice.agent.client;

import com.google.protobuf.CodedInputStream;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.ModelAverage;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Puts averages together from their chunks, which come in any order and more than once: the one
 * that is wanted, or the newest two while none is. No rank sends its model before it has the whole
 * average before, so where the newest is not complete the one before it is.
 */
final class AverageAssembler {

  /** What became of a record. */
  enum Outcome {
    TAKEN,
    /** Published again, with the same content. */
    REPEATED,
    /** Of an average that is not of interest any more, or read again from the same place. */
    PAST,
    /** Of an average after the wanted one; not kept, so it has to be read again then. */
    LATER
  }

  private static final int NEWEST = 2;

  private final SharedModel model;
  private final int partitions;
  private final ModelCounters counters;
  private final NavigableMap<SyncPoint, PartialAverage> held = new TreeMap<>();

  /** Null while the newest are. */
  private SyncPoint wanted;

  AverageAssembler(SharedModel model, int partitions, ModelCounters counters) {
    this.model = model;
    this.partitions = partitions;
    this.counters = counters;
  }

  /**
   * Turns to one average. Of those before, the newest is kept as far as it was seen: its repeats
   * may still come.
   */
  void want(SyncPoint sync) {
    wanted = sync;
    SyncPoint before = held.lowerKey(sync);
    held.keySet().removeIf(other -> !other.equals(before));
    if (before != null) {
      held.get(before).take();
    }
  }

  /**
   * @throws UserError when the record is not a chunk of this model's average, or differs from an
   *     earlier one of the same average
   */
  Outcome accept(ConsumerRecord<?, byte[]> record) {
    counters.recordsRead.increment();
    counters.bytesRead.add(record.value() == null ? 0 : record.value().length);
    ModelAverage chunk = parse(record);
    check(record, chunk);
    SyncPoint sync = new SyncPoint(chunk.getEpoch(), chunk.getStep(), chunk.getEndsEpoch());
    PartialAverage average = held.get(sync);
    if (average == null) {
      Outcome outcome = interest(sync);
      if (outcome != Outcome.TAKEN) {
        return outcome;
      }
      average = new PartialAverage(sync, model);
      held.put(sync, average);
    }
    Outcome outcome = average.add(record, chunk);
    if (outcome == Outcome.REPEATED) {
      counters.repeatsDropped.increment();
    }
    return outcome;
  }

  /** Makes room for an average of interest that none is held of. */
  private Outcome interest(SyncPoint sync) {
    if (wanted != null) {
      if (wanted.isSame(sync)) {
        return Outcome.TAKEN;
      }
      return sync.compareTo(wanted) < 0 ? Outcome.PAST : Outcome.LATER;
    }
    if (held.size() == NEWEST) {
      if (sync.compareTo(held.firstKey()) < 0) {
        return Outcome.PAST;
      }
      held.pollFirstEntry();
    }
    return Outcome.TAKEN;
  }

  boolean isComplete() {
    return current().filter(PartialAverage::isComplete).isPresent();
  }

  /** The complete average that was wanted. */
  AveragedModel take() {
    return current().orElseThrow().take();
  }

  /** What the wanted average lacks, for people. */
  String missing() {
    return current()
        .map(PartialAverage::missing)
        .orElseGet(() -> "none of its " + model.chunks() + " chunks is here");
  }

  /**
   * The newest complete average of those that were read while none was wanted.
   *
   * @param later told where the chunks stand of what may be wanted next
   */
  Optional<AveragedModel> newest(BiConsumer<TopicPartition, Long> later) {
    Optional<AveragedModel> newest = Optional.empty();
    for (PartialAverage average : held.descendingMap().values()) {
      for (Map.Entry<TopicPartition, Long> first : average.firsts().entrySet()) {
        later.accept(first.getKey(), first.getValue());
      }
      if (average.isComplete()) {
        newest = Optional.of(average.take());
        break;
      }
    }
    held.clear();
    return newest;
  }

  private Optional<PartialAverage> current() {
    return held.values().stream().filter(average -> average.sync().isSame(wanted)).findFirst();
  }

  private void check(ConsumerRecord<?, byte[]> record, ModelAverage chunk) {
    if (chunk.getVersion() != Wire.VERSION) {
      throw refused(
          record,
          String.format(
              "has version %d, this agent knows version %d; upgrade the older of job and agent",
              chunk.getVersion(), Wire.VERSION));
    }
    if (chunk.getModel() != model.fingerprint() || chunk.getChunks() != model.chunks()) {
      throw refused(
          record,
          String.format(
              "is of another model or of other settings (%016x in %d chunks, here %016x in %d);"
                  + " start all agents with the model, dataset, batch-size and sync-every that the"
                  + " run began with, or choose another run name",
              chunk.getModel(), chunk.getChunks(), model.fingerprint(), model.chunks()));
    }
    int number = chunk.getChunk();
    if (number < 0
        || number >= model.chunks()
        || number % partitions != record.partition()
        || chunk.getStep() < 1) {
      throw refused(
          record,
          String.format(
              "is chunk %d of %d of step %d, which cannot be there",
              number, model.chunks(), chunk.getStep()));
    }
    int expected = chunk.getRanks() == 0 ? 0 : model.length(number) * Float.BYTES;
    if (chunk.getValues().size() != expected) {
      throw refused(
          record,
          String.format("has %d bytes of values, and not %d", chunk.getValues().size(), expected));
    }
  }

  /** The values are not copied. */
  private static ModelAverage parse(ConsumerRecord<?, byte[]> record) {
    if (record.value() == null) {
      throw refused(record, "is empty");
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(record.value());
      in.enableAliasing(true);
      return ModelAverage.parseFrom(in);
    } catch (IOException e) {
      throw refused(record, "is not one: " + e.getMessage());
    }
  }

  private static UserError refused(ConsumerRecord<?, byte[]> record, String problem) {
    return new UserError(
        String.format(
            "the chunk of an average in topic %s, partition %d, offset %d %s",
            record.topic(), record.partition(), record.offset(), problem));
  }
}
