package io.sluice.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.job.ingest.RawRecord;
import io.sluice.protocol.Json;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.nio.charset.StandardCharsets;

/**
 * A loss is refused as that of a retired sample if it stands after the retirement, and not else.
 */
final class Letters {

  private Letters() {}

  static void check(Run run) {
    if (run.scenario().mayDefer()) {
      return; // what waits for its epoch meets samples that were retired meanwhile
    }
    for (String text : run.outputs().letters()) {
      if (!text.contains("retired-sample")) {
        continue;
      }
      DeadLetter letter =
          Json.read(text.getBytes(StandardCharsets.UTF_8), DeadLetter.newBuilder()).build();
      int expected = retired(run.log(), letter.getPartition(), letter.getOffset());
      if (!letter.getDetail().startsWith(expected + " of ")) {
        throw new Violation(
            "a loss counts if its sample is retired later",
            expected + " stand after the retirement: " + letter);
      }
    }
  }

  /** How many losses of a batch are of samples that were retired before it in the log. */
  private static int retired(EventLog log, int partition, long offset) {
    LossBatch batch = parse(log.read(partition, offset)).getLossBatch();
    int count = 0;
    long index = 0;
    for (int i = 0; i < batch.getLossesCount(); i++) {
      index += batch.getLocalIndexDeltas(i);
      count += isRetired(log, partition, offset, batch.getShard(), index) ? 1 : 0;
    }
    return count;
  }

  private static boolean isRetired(
      EventLog log, int partition, long before, int shard, long index) {
    for (long at = 0; at < before; at++) {
      LossEvent event = parse(log.read(partition, at));
      if (event.getVersion() == Wire.VERSION
          && event.hasSamplesRetired()
          && event.getSamplesRetired().getShard() == shard) {
        for (IndexRange range : event.getSamplesRetired().getRangesList()) {
          if (index >= range.getFirst() && index < range.getFirst() + range.getCount()) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static LossEvent parse(RawRecord record) {
    try {
      return LossEvent.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      return LossEvent.getDefaultInstance();
    }
  }
}
