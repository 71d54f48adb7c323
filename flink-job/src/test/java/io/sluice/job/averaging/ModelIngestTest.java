package io.sluice.job.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.DeadLetters;
import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.RawRecord;
import io.sluice.protocol.Json;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelIngestTest {

  private static final int PARTITION = 1;
  private static final int FULL = Wire.CHUNK_VALUES * Float.BYTES;

  private OneInputStreamOperatorTestHarness<RawRecord, LaneEvent> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new ModelIngest(2, "run.model-updates")));
    harness.getExecutionConfig().enableObjectReuse();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void passesOnWhatItUnderstands() throws Exception {
    process(event(good()));

    assertThat(harness.extractOutputValues())
        .usingRecursiveComparison()
        .isEqualTo(
            List.of(
                new Update(
                    new Position(PARTITION, 77, 5),
                    new Sync(4, 3, true),
                    1,
                    1L << 40,
                    2,
                    3,
                    new Model(99, 4),
                    50,
                    false,
                    TestingUpdates.bytes(1.5f, -2))));
    assertThat(letters()).isEmpty();
  }

  @Test
  void passesOnMembers() throws Exception {
    Membership membership =
        Membership.newBuilder().setGeneration(9).setFromEpoch(-1).setWorldSize(3).build();
    process(ModelEvent.newBuilder().setVersion(1).setMembership(membership).build());

    assertThat(harness.extractOutputValues())
        .containsExactly(new MembersDeclared(new Position(PARTITION, 77, 5), 9, -1, 3));
  }

  @Test
  void takesWhatStandsAtTheLimits() throws Exception {
    byte[] full = new byte[FULL];
    process(
        event(
            good()
                .setEpoch(Wire.MAX_EPOCH)
                .setStep(Integer.MAX_VALUE)
                .setWorldSize(Wire.MAX_WORLD_SIZE)
                .setRank(Wire.MAX_WORLD_SIZE - 1)
                .setChunks(Wire.MAX_CHUNKS)
                .setChunk(Wire.MAX_CHUNKS - 1)
                .setSamples(ModelEventDecoder.MAX_SAMPLES)
                .setValues(ByteString.copyFrom(full))));
    process(event(good().setChunk(1).setValues(ByteString.copyFrom(full))));
    process(event(good().setChunk(1).setUnusable(true).clearValues()));
    process(event(good().setValues(ByteString.copyFrom(new byte[4])).setSamples(0)));

    assertThat(harness.extractOutputValues()).hasSize(4);
    assertThat(letters()).isEmpty();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Bad(String reason, String detail, byte[] value) {
    static Bad of(String reason, String detail, ModelUpdate.Builder update) {
      return new Bad(reason, detail, event(update).toByteArray());
    }

    static Bad of(String reason, String detail, Membership.Builder membership) {
      return new Bad(
          reason,
          detail,
          ModelEvent.newBuilder().setVersion(1).setMembership(membership).build().toByteArray());
    }

    @Override
    public String toString() {
      return reason + ": " + detail;
    }
  }

  static Stream<Bad> bad() {
    return Stream.of(
        new Bad("undecodable", "not a ModelEvent: ", "garbage".getBytes(StandardCharsets.UTF_8)),
        new Bad("unknown-version", "wire version 0", new byte[0]),
        new Bad(
            "unknown-version",
            "wire version 2, this job reads version 1",
            event(good()).toBuilder().setVersion(2).build().toByteArray()),
        new Bad("no-event", "says nothing", new byte[] {8, 1}),
        Bad.of("bad-epoch", "epoch -1; allowed: 0 to 1000000", good().setEpoch(-1)),
        Bad.of("bad-epoch", "epoch 1000001", good().setEpoch(Wire.MAX_EPOCH + 1)),
        Bad.of("bad-step", "step 0; allowed: 1 to", good().setStep(0)),
        Bad.of("bad-step", "step 4294967295", good().setStep(-1)),
        Bad.of("bad-rank", "rank 2 of world size 2", good().setRank(2)),
        Bad.of("bad-rank", "rank 4294967295", good().setRank(-1)),
        Bad.of("bad-rank", "of world size 65537", good().setWorldSize(Wire.MAX_WORLD_SIZE + 1)),
        Bad.of("bad-chunk", "chunk 3 of 0; allowed: 1 to 65536 chunks", good().setChunks(0)),
        Bad.of("bad-chunk", "chunk 3 of 65537", good().setChunks(Wire.MAX_CHUNKS + 1)),
        Bad.of("bad-chunk", "chunk 5 of 4", good().setChunk(5)),
        Bad.of("bad-chunk", "chunk 4294967295 of 4", good().setChunk(-1)),
        Bad.of(
            "bad-chunk",
            "chunk 2 in partition 1; the run has 2 partitions, chunk c in partition c mod 2",
            good().setChunk(2)),
        Bad.of("bad-chunk", "0 bytes of values in chunk 3 of 4", good().clearValues()),
        Bad.of("bad-chunk", "5 bytes of values", good().setValues(zeros(5))),
        Bad.of("bad-chunk", FULL + 4 + " bytes", good().setValues(zeros(FULL + 4))),
        Bad.of(
            "bad-chunk",
            FULL - 4 + " bytes of values in chunk 1 of 4",
            good().setChunk(1).setValues(zeros(FULL - 4))),
        Bad.of("bad-chunk", "8 bytes", good().setUnusable(true)),
        Bad.of(
            "bad-samples",
            "18446744073709551615 samples of one rank; allowed: at most 140737488355328",
            good().setSamples(-1)),
        Bad.of("bad-samples", "140737488355329", good().setSamples((1L << 47) + 1)),
        Bad.of("bad-rank", "world size 0", Membership.newBuilder()),
        Bad.of("bad-rank", "world size 65537", Membership.newBuilder().setWorldSize(65_537)),
        Bad.of("bad-epoch", "-2", Membership.newBuilder().setWorldSize(1).setFromEpoch(-2)));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void deadLettersWhatMakesNoSenseAndGoesOn(Bad bad) throws Exception {
    harness.processElement(record(bad.value()), 0);
    process(event(good()));

    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(letters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.getReason()).isEqualTo(bad.reason());
              assertThat(letter.getDetail()).contains(bad.detail());
              assertThat(letter.getTopic()).isEqualTo("run.model-updates");
              assertThat(letter.getPartition()).isEqualTo(PARTITION);
              assertThat(letter.getOffset()).isEqualTo(77);
              assertThat(letter.getValue().size()).isEqualTo(Math.min(65_536, bad.value().length));
            });
  }

  @Test
  void refusesARecordThatIsTooLongWithoutDecodingIt() throws Exception {
    byte[] huge = new byte[Wire.MAX_RECORD_BYTES + 1];
    Arrays.fill(huge, (byte) 0xFF);
    harness.processElement(record(huge), 0);

    DeadLetter letter = letters().get(0);
    assertThat(letter.getReason()).isEqualTo("oversized");
    assertThat(letter.getDetail()).isEqualTo("1048577 bytes; allowed: at most 1048576");
    assertThat(harness.extractOutputValues()).isEmpty();
  }

  @Test
  void takesARankWithoutFiniteValuesForUnusable() throws Exception {
    ByteString values =
        ByteString.copyFrom(TestingUpdates.bytes(1, Float.NaN, Float.NEGATIVE_INFINITY));
    process(event(good().setValues(values)));

    DeadLetter letter = letters().get(0);
    assertThat(letter.getReason()).isEqualTo("non-finite-model");
    assertThat(letter.getDetail())
        .isEqualTo(
            "2 of 3 values of rank 1 in chunk 3 are NaN or infinite; the rank is left out of the"
                + " chunk's mean");
    assertThat(harness.extractOutputValues())
        .singleElement()
        .isInstanceOfSatisfying(
            Update.class,
            update -> {
              assertThat(update.unusable()).isTrue();
              assertThat(update.values()).isEmpty();
              assertThat(update.samples()).isEqualTo(50);
            });
  }

  /** Cut off, with a bit flipped, or random: an event or a letter, and never an exception. */
  @Test
  void neverFails() throws Exception {
    byte[] whole = event(good()).toByteArray();
    SplittableRandom random = new SplittableRandom(7);
    int records = 0;
    for (int bit = 0; bit < 8 * whole.length; bit++, records++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      harness.processElement(record(flipped), 0);
    }
    for (int end = 0; end < whole.length; end++, records++) {
      harness.processElement(record(Arrays.copyOf(whole, end)), 0);
    }
    for (int i = 0; i < 10_000; i++, records++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      harness.processElement(record(bytes), 0);
    }
    long letters =
        letters().stream().filter(l -> !l.getReason().equals("non-finite-model")).count();
    assertThat(harness.extractOutputValues().size() + letters).isEqualTo(records);
  }

  private void process(ModelEvent event) throws Exception {
    harness.processElement(record(event.toByteArray()), 0);
  }

  private List<DeadLetter> letters() {
    List<DeadLetter> letters = new ArrayList<>();
    Queue<StreamRecord<byte[]>> queue = harness.getSideOutput(DeadLetters.TAG);
    if (queue != null) {
      queue.forEach(
          letter -> letters.add(Json.read(letter.getValue(), DeadLetter.newBuilder()).build()));
    }
    return letters;
  }

  private static RawRecord record(byte[] value) {
    return new RawRecord(new Position(PARTITION, 77, 5), value);
  }

  private static ModelEvent event(ModelUpdate.Builder update) {
    return ModelEvent.newBuilder().setVersion(1).setUpdate(update).build();
  }

  private static ModelUpdate.Builder good() {
    return ModelUpdate.newBuilder()
        .setEpoch(4)
        .setStep(3)
        .setEndsEpoch(true)
        .setRank(1)
        .setIncarnation(1L << 40)
        .setWorldSize(2)
        .setChunk(3)
        .setChunks(4)
        .setModel(99)
        .setSamples(50)
        .setValues(ByteString.copyFrom(TestingUpdates.bytes(1.5f, -2)));
  }

  private static ByteString zeros(int length) {
    return ByteString.copyFrom(new byte[length]);
  }
}
