package io.sluice.local.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What partition 0 of a run's loss events says of the dataset and of the ranks, from some place on.
 * Shard 0, which lives there, is told of every declaration, and a membership's generation is its
 * offset there. Mutable.
 */
final class Announcements {

  /**
   * The dataset has become larger.
   *
   * @param from size before: one more than the greatest id declared
   * @param to size after
   * @param fromEpoch first epoch that may select what is new; one that was past then means the next
   */
  record Growth(long from, long to, int fromEpoch) {}

  /** The ranks are 0 to {@code worldSize} - 1 from an epoch on. */
  record Members(long generation, int fromEpoch, int worldSize) {}

  private final List<Growth> growths = new ArrayList<>();
  private final List<Members> members = new ArrayList<>();
  private final long generation;
  private long datasetSize;
  private OptionalInt firstWorldSize = OptionalInt.empty();
  private OptionalInt firstShards = OptionalInt.empty();

  /**
   * @param datasetSize what holds before the first record, and so
   * @param generation that of the members
   */
  Announcements(long datasetSize, long generation) {
    this.datasetSize = datasetSize;
    this.generation = generation;
  }

  /** Takes the next record; one that the job would refuse says nothing. */
  void read(long offset, byte[] value) {
    LossEvent event;
    try {
      event = LossEvent.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    if (event.getVersion() != Wire.VERSION) {
      return;
    }
    switch (event.getEventCase()) {
      case SAMPLES_ADDED -> samples(event.getSamplesAdded());
      case MEMBERSHIP -> members(offset, event.getMembership());
      case JOIN -> {
        if (firstWorldSize.isEmpty()) {
          firstWorldSize = OptionalInt.of(event.getJoin().getWorldSize());
          firstShards = OptionalInt.of(event.getJoin().getShards());
        }
      }
      default -> {
        // Losses and ends change neither.
      }
    }
  }

  private void samples(SamplesAdded added) {
    if (added.getShard() == 0
        && isEpoch(added.getFromEpoch(), 0)
        && added.getDatasetSize() > datasetSize) {
      growths.add(new Growth(datasetSize, added.getDatasetSize(), added.getFromEpoch()));
      datasetSize = added.getDatasetSize();
    }
  }

  private void members(long offset, Membership declared) {
    int worldSize = declared.getWorldSize();
    int fromEpoch = declared.getFromEpoch();
    if (offset > generation
        && worldSize >= 1
        && worldSize <= Wire.MAX_WORLD_SIZE
        && isEpoch(fromEpoch, -1)) {
      // From its epoch on, the newest declaration holds; one that is written twice is one.
      Members last = members.isEmpty() ? null : members.get(members.size() - 1);
      if (last == null || last.fromEpoch() != fromEpoch || last.worldSize() != worldSize) {
        members.removeIf(older -> older.fromEpoch() >= fromEpoch);
        members.add(new Members(offset, fromEpoch, worldSize));
      }
    }
  }

  private static boolean isEpoch(int epoch, int least) {
    return epoch >= least && epoch <= Wire.MAX_EPOCH;
  }

  /** One more than the greatest sample id that was declared. */
  long datasetSize() {
    return datasetSize;
  }

  /** In the order of the log. */
  List<Growth> growths() {
    return List.copyOf(growths);
  }

  /** Ascending by epoch; without those that a later one has replaced. */
  List<Members> members() {
    return List.copyOf(members);
  }

  /** World size of the first Join. */
  OptionalInt firstWorldSize() {
    return firstWorldSize;
  }

  /** Number of shards of the first Join. */
  OptionalInt firstShards() {
    return firstShards;
  }
}
