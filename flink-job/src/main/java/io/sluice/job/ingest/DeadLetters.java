package io.sluice.job.ingest;

import com.google.protobuf.ByteString;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.protocol.Json;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.DeadLetter;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.util.OutputTag;

/** What is refused, as it goes to {@code <run>.dead-letters}. */
public final class DeadLetters {

  /** Side output of every operator that refuses records. */
  public static final OutputTag<byte[]> TAG =
      new OutputTag<>("dead-letters", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final int MAX_VALUE_BYTES = 65_536;

  private DeadLetters() {}

  /**
   * A letter about a record that is at fault itself.
   *
   * @param value bytes of the refused record, cut to 64 KiB
   */
  public static byte[] ofRecord(
      Rejection reason, String detail, String topic, Position position, byte[] value) {
    ByteString start = ByteString.copyFrom(value, 0, Math.min(value.length, MAX_VALUE_BYTES));
    return Json.write(letter(reason, detail, topic, position).setValue(start).build());
  }

  /** A letter about something that does not fit what the shard knows; the log still has it. */
  public static byte[] ofEvent(Rejection reason, String detail, String topic, ShardEvent event) {
    DeadLetter.Builder letter = letter(reason, detail, topic, event.position());
    if (event instanceof Losses losses) {
      letter.setRank(losses.rank()).setIncarnation(losses.incarnation());
    } else if (event instanceof EpochEnded end) {
      letter.setRank(end.rank()).setIncarnation(end.incarnation());
    } else if (event instanceof Joined join) {
      letter.setRank(join.rank()).setIncarnation(join.incarnation());
    }
    return Json.write(letter.build());
  }

  /** The same about something that a rank said. */
  public static byte[] ofRank(
      Rejection reason,
      String detail,
      String topic,
      Position position,
      int rank,
      long incarnation) {
    DeadLetter.Builder letter = letter(reason, detail, topic, position);
    return Json.write(letter.setRank(rank).setIncarnation(incarnation).build());
  }

  /** The same about something that no rank said. */
  public static byte[] ofOperator(
      Rejection reason, String detail, String topic, Position position) {
    return Json.write(letter(reason, detail, topic, position).build());
  }

  private static DeadLetter.Builder letter(
      Rejection reason, String detail, String topic, Position position) {
    return DeadLetter.newBuilder()
        .setVersion(Wire.VERSION)
        .setReason(reason.word())
        .setDetail(detail)
        .setTopic(topic)
        .setPartition(position.partition())
        .setOffset(position.offset());
  }
}
