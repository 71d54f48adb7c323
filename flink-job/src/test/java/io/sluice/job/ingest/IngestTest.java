package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IngestTest {

  private OneInputStreamOperatorTestHarness<RawRecord, ShardEvent> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new Ingest(new Sharding(4, 2), false, "run.loss-events")));
    harness.getExecutionConfig().enableObjectReuse();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void passesOnWhatItUnderstands() throws Exception {
    harness.processElement(record(batch(1f)), 0);

    assertThat(harness.extractOutputValues())
        .singleElement()
        .isInstanceOfSatisfying(
            Losses.class, losses -> assertThat(losses.block().count()).isEqualTo(1));
    assertThat(harness.getSideOutput(DeadLetters.TAG)).isNullOrEmpty();
  }

  @Test
  void deadLettersWhatItDoesNotWithItsBytesAndGoesOn() throws Exception {
    byte[] garbage = "garbage".getBytes(StandardCharsets.UTF_8);
    harness.processElement(record(garbage), 0);
    harness.processElement(record(batch(1f)), 0);

    DeadLetter letter = onlyDeadLetter();
    assertThat(letter.getReason()).isEqualTo("undecodable");
    assertThat(letter.getTopic()).isEqualTo("run.loss-events");
    assertThat(letter.getPartition()).isEqualTo(1);
    assertThat(letter.getOffset()).isEqualTo(77);
    assertThat(letter.getValue().toByteArray()).isEqualTo(garbage);
    assertThat(harness.extractOutputValues()).hasSize(1);
  }

  @Test
  void deadLettersANanAlone() throws Exception {
    harness.processElement(record(batch(1f, Float.NaN)), 0);

    assertThat(onlyDeadLetter().getReason()).isEqualTo("non-finite-loss");
    assertThat(harness.extractOutputValues())
        .singleElement()
        .isInstanceOfSatisfying(
            Losses.class,
            losses -> {
              assertThat(TestingEvents.values(losses)).containsExactly(1f);
              assertThat(losses.sent()).isEqualTo(2);
            });
  }

  @Test
  void keepsADeadLetterSmall() throws Exception {
    byte[] huge = new byte[1 << 20];
    Arrays.fill(huge, (byte) 0xFF);
    harness.processElement(record(huge), 0);

    assertThat(onlyDeadLetter().getValue().size()).isEqualTo(65_536);
  }

  @Test
  void refusesARecordThatIsTooLongWithoutDecodingIt() throws Exception {
    harness.processElement(record(batchOf(Wire.MAX_RECORD_BYTES)), 0);
    assertThat(harness.extractOutputValues()).as("the longest that is allowed").hasSize(1);
    assertThat(harness.getSideOutput(DeadLetters.TAG)).isNullOrEmpty();

    byte[] tooLong = batchOf(Wire.MAX_RECORD_BYTES + 1);
    harness.processElement(record(tooLong), 0);

    assertThat(harness.extractOutputValues()).hasSize(1);
    DeadLetter letter = onlyDeadLetter();
    assertThat(letter.getReason()).isEqualTo("oversized");
    assertThat(letter.getDetail()).isEqualTo("1048577 bytes; allowed: at most 1048576");
    assertThat(letter.getOffset()).isEqualTo(77);
    assertThat(letter.getValue().toByteArray()).isEqualTo(Arrays.copyOf(tooLong, 65_536));
  }

  private DeadLetter onlyDeadLetter() {
    assertThat(harness.getSideOutput(DeadLetters.TAG)).hasSize(1);
    byte[] json = harness.getSideOutput(DeadLetters.TAG).peek().getValue();
    return Json.read(json, DeadLetter.newBuilder()).build();
  }

  private static RawRecord record(byte[] value) {
    return new RawRecord(new Position(1, 77, 5), value);
  }

  /** A faultless batch of so many bytes, most of them in a field that no reader knows. */
  private static byte[] batchOf(int bytes) throws InvalidProtocolBufferException {
    LossEvent event = LossEvent.parseFrom(batch(1f));
    int overhead = padded(event, 1 << 19).length - (1 << 19);
    byte[] padded = padded(event, bytes - overhead);
    assertThat(padded).hasSize(bytes);
    return padded;
  }

  private static byte[] padded(LossEvent event, int padding) {
    Field field =
        Field.newBuilder().addLengthDelimited(ByteString.copyFrom(new byte[padding])).build();
    UnknownFieldSet fields = UnknownFieldSet.newBuilder().addField(99, field).build();
    return event.toBuilder().setUnknownFields(fields).build().toByteArray();
  }

  private static byte[] batch(float... losses) {
    LossBatch.Builder batch = LossBatch.newBuilder().setShard(3);
    for (float loss : losses) {
      batch.addLocalIndexDeltas(1).addLosses(loss);
    }
    return LossEvent.newBuilder().setVersion(1).setLossBatch(batch).build().toByteArray();
  }
}
