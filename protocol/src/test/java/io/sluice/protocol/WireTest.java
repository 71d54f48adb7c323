package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.sluice.protocol.kafka.MessageDeserializer;
import io.sluice.protocol.kafka.MessageSerializer;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SelectionChunk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/**
 * Holds the bytes on the wire against those of the first release, in {@code golden/NAME.hex}: what
 * a released agent writes, every later job has to read.
 */
class WireTest {

  static Stream<String> names() {
    return TestingMessages.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theBytesNeverChange(String name) throws Exception {
    Message message = TestingMessages.all().get(name);

    assertThat(lines(message.toByteArray())).isEqualTo(resource("golden/" + name + ".hex"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void theBytesOfTheFirstReleaseAreUnderstood(String name) throws Exception {
    Message message = TestingMessages.all().get(name);
    byte[] bytes =
        HexFormat.of().parseHex(resource("golden/" + name + ".hex").replaceAll("\\s", ""));

    assertThat(message.getParserForType().parseFrom(bytes)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyMessageGoesThroughKafkaAndBack(String name) {
    Message message = TestingMessages.all().get(name);
    try (MessageSerializer serializer = new MessageSerializer();
        MessageDeserializer<Message> deserializer = deserializer(message)) {
      byte[] bytes = serializer.serialize("topic", message);

      assertThat(deserializer.deserialize("topic", bytes)).isEqualTo(message);
      assertThat(serializer.serialize("topic", null)).isNull();
      assertThat(deserializer.deserialize("topic", null)).isNull();
    }
  }

  @Test
  void theExamplesUseEveryFieldThereIs() {
    Set<String> used = new TreeSet<>();
    TestingMessages.all().values().forEach(message -> collectUsed(message, used));
    Set<String> declared = new TreeSet<>();
    for (Descriptor type : LossEvent.getDescriptor().getFile().getMessageTypes()) {
      type.getFields().forEach(field -> declared.add(field.getFullName()));
    }

    assertThat(used).isEqualTo(declared);
  }

  @Test
  void aReaderSkipsFieldsThatItDoesNotKnow() throws Exception {
    byte[] known = TestingMessages.all().get("join").toByteArray();
    // Field 99, of wire type 0 (varint), value 7.
    byte[] newer =
        ByteBuffer.allocate(known.length + 3)
            .put(known)
            .put((byte) 0x98)
            .put((byte) 0x06)
            .put((byte) 7)
            .array();

    LossEvent read = LossEvent.parseFrom(newer);

    assertThat(read.getJoin()).isEqualTo(LossEvent.parseFrom(known).getJoin());
    assertThat(read.getUnknownFields().asMap()).containsOnlyKeys(99);
  }

  @Test
  void bytesThatAreNoMessageAreASerializationError() {
    try (MessageDeserializer<LossEvent> deserializer =
        new MessageDeserializer<>(LossEvent.parser())) {
      assertThatThrownBy(
              () -> deserializer.deserialize("demo.loss-events", new byte[] {18, 100, 0}))
          .isInstanceOf(SerializationException.class)
          .hasMessageStartingWith(
              "a record of topic demo.loss-events is not what the protocol says");
    }
  }

  @Test
  void aBitmapIsInThePortableFormat() throws Exception {
    SelectionChunk chunk = (SelectionChunk) TestingMessages.all().get("selection-chunk");
    RoaringBitmap bitmap = new RoaringBitmap();

    bitmap.deserialize(chunk.getSamples(0).getBitmap().asReadOnlyByteBuffer());

    assertThat(bitmap.toArray()).containsExactly(0, 1, 70_000);
  }

  @ParameterizedTest
  @MethodSource("names")
  void jsonGoesThereAndBack(String name) {
    Message message = TestingMessages.all().get(name);

    byte[] json = Json.write(message);

    assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\n");
    assertThat(Json.read(json, message.newBuilderForType()).build()).isEqualTo(message);
  }

  @Test
  void jsonForPeopleHasTheFieldNamesOfTheProtocolAndItsDefaults() throws Exception {
    assertThat(Json.write(TestingMessages.selectionPlan()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(resource("golden/selection-plan.json").strip());
    assertThat(Json.write(TestingMessages.deadLetter()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(resource("golden/dead-letter.json").strip());
    assertThat(Json.write(LossEvent.newBuilder().build()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"version\":0}");
  }

  @Test
  void jsonThatIsNoneIsRefused() {
    assertThatThrownBy(
            () ->
                Json.read("{\"version\":".getBytes(StandardCharsets.UTF_8), LossEvent.newBuilder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not the JSON expected: ");
  }

  private static void collectUsed(Message message, Set<String> used) {
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              used.add(field.getFullName());
              if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                Iterable<?> values = value instanceof Iterable<?> many ? many : Set.of(value);
                values.forEach(nested -> collectUsed((Message) nested, used));
              }
            });
  }

  @SuppressWarnings("unchecked")
  private static MessageDeserializer<Message> deserializer(Message message) {
    return new MessageDeserializer<>(
        (com.google.protobuf.Parser<Message>) message.getParserForType());
  }

  /** 32 bytes a line. */
  private static String lines(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).replaceAll("(.{1,64})", "$1\n");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = WireTest.class.getResourceAsStream("/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
