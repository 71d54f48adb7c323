package io.sluice.simulation;

import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.RawRecord;
import java.util.ArrayList;
import java.util.List;

/** The topic {@code loss-events}: per partition, its records in order. */
final class EventLog {

  private final List<List<RawRecord>> partitions = new ArrayList<>();
  private long clock;

  /**
   * @param clock its time when it begins; decides nothing
   */
  EventLog(int count, long clock) {
    this.clock = clock;
    for (int i = 0; i < count; i++) {
      partitions.add(new ArrayList<>());
    }
  }

  /** Returns the record's offset. */
  long append(int partition, byte[] value) {
    List<RawRecord> records = partitions.get(partition);
    records.add(new RawRecord(new Position(partition, records.size(), clock++), value));
    return records.size() - 1L;
  }

  long end(int partition) {
    return partitions.get(partition).size();
  }

  RawRecord read(int partition, long offset) {
    return partitions.get(partition).get((int) offset);
  }

  List<RawRecord> all() {
    return partitions.stream().flatMap(List::stream).toList();
  }
}
