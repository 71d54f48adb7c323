package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
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
            new ProcessOperator<>(new Ingest(new Sharding(4, 2), "run.loss-events")));
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

  private DeadLetter onlyDeadLetter() {
    assertThat(harness.getSideOutput(DeadLetters.TAG)).hasSize(1);
    byte[] json = harness.getSideOutput(DeadLetters.TAG).peek().getValue();
    return Json.read(json, DeadLetter.newBuilder()).build();
  }

  private static RawRecord record(byte[] value) {
    return new RawRecord(new Position(1, 77, 5), value);
  }

  private static byte[] batch(float... losses) {
    LossBatch.Builder batch = LossBatch.newBuilder().setShard(3);
    for (float loss : losses) {
      batch.addLocalIndexDeltas(1).addLosses(loss);
    }
    return LossEvent.newBuilder().setVersion(1).setLossBatch(batch).build().toByteArray();
  }
}
