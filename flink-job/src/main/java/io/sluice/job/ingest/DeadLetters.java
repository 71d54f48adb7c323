package io.sluice.job.ingest;

import com.google.protobuf.ByteString;
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
   * @param value bytes of the refused record, cut to 64 KiB; empty where only its time was wrong
   */
  public static byte[] json(
      Rejection reason, String detail, String topic, Position position, byte[] value) {
    return Json.write(
        DeadLetter.newBuilder()
            .setVersion(Wire.VERSION)
            .setReason(reason.word())
            .setDetail(detail)
            .setTopic(topic)
            .setPartition(position.partition())
            .setOffset(position.offset())
            .setValue(ByteString.copyFrom(value, 0, Math.min(value.length, MAX_VALUE_BYTES)))
            .build());
  }
}
