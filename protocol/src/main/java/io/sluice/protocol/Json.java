package io.sluice.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;

/** Protobuf messages as proto3 JSON on one line, for the topics that people read. */
public final class Json {

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .alwaysPrintFieldsWithNoPresence()
          .omittingInsignificantWhitespace();
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private Json() {}

  public static byte[] write(Message message) {
    try {
      return PRINTER.print(message).getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not expressible as JSON: " + e.getMessage(), e);
    }
  }

  /**
   * Merges the JSON into the builder.
   *
   * @throws IllegalArgumentException if the bytes are not the message's JSON
   */
  public static <B extends Message.Builder> B read(byte[] json, B into) {
    try {
      PARSER.merge(new String(json, StandardCharsets.UTF_8), into);
      return into;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not the JSON expected: " + e.getMessage(), e);
    }
  }
}
