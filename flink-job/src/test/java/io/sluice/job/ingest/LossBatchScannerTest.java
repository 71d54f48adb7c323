package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The short way and the long way agree, and the short way is the one that is taken. */
class LossBatchScannerTest {

  private static final Sharding SHARDING = new Sharding(4, 2);
  private static final int PARTITION = 1;

  private final LossBatchScanner scanner = new LossBatchScanner(SHARDING, false);

  @Test
  void readsAFaultlessBatchAndLeavesItsBytesWhereTheyAre() {
    LossBatch batch =
        batch()
            .setIncarnation(-1)
            .setSequence(1L << 62)
            .addLocalIndexDeltas(0)
            .addLocalIndexDeltas(300)
            .addLocalIndexDeltas(0)
            .addLocalIndexDeltas(1L << 55)
            .addLosses(0)
            .addLosses(-65504)
            .addLosses(Float.MIN_VALUE)
            .addLosses(Float.MAX_VALUE)
            .build();

    Losses losses = scan(record(batch).toByteArray());

    assertThat(losses).isNotNull();
    assertThat(TestingEvents.indices(losses)).containsExactly(0, 300, 300, (1L << 55) + 300);
    assertThat(TestingEvents.values(losses))
        .containsExactly(0, -65504, Float.MIN_VALUE, Float.MAX_VALUE);
    assertThat(losses.incarnation()).isEqualTo(-1);
    assertThat(losses.sequence()).isEqualTo(1L << 62);
  }

  @Test
  void readsAnEmptyBatch() {
    assertThat(scan(record(batch().build()).toByteArray()).block().count()).isZero();
  }

  @Test
  void leavesEverythingElseToTheLongWay() {
    LossBatch good = batch().addLocalIndexDeltas(1).addLosses(1).build();
    LossBatch.Builder b = good.toBuilder();
    assertThat(scan(record(good).toByteArray())).isNotNull();

    assertThat(scan(new byte[0])).isNull();
    assertThat(scan(record(b.clone().setShard(0).build()).toByteArray())).as("shard").isNull();
    assertThat(scan(record(b.clone().setShard(7).build()).toByteArray())).as("shards").isNull();
    assertThat(scan(record(b.clone().setEpoch(-1).build()).toByteArray())).as("epoch").isNull();
    assertThat(scan(record(b.clone().setRank(-1).build()).toByteArray())).as("rank").isNull();
    assertThat(scan(record(b.clone().addLosses(1).build()).toByteArray())).as("loss").isNull();
    assertThat(scan(record(b.clone().addLocalIndexDeltas(1).build()).toByteArray()))
        .as("index")
        .isNull();
    for (float loss : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThat(scan(record(b.clone().setLosses(0, loss).build()).toByteArray())).isNull();
    }
    for (long delta : new long[] {-1, 1L << 56, (1L << 56) - 1, Long.MAX_VALUE}) {
      LossBatch far = b.clone().addLocalIndexDeltas(delta).addLosses(1).build();
      assertThat(scan(record(far).toByteArray())).as("delta %d", delta).isNull();
    }
    assertThat(scan(record(good).toBuilder().setVersion(2).build().toByteArray())).isNull();
    assertThat(
            scan(
                LossEvent.newBuilder()
                    .setVersion(Wire.VERSION)
                    .setEpochEnd(EpochEnd.newBuilder().setShard(1))
                    .build()
                    .toByteArray()))
        .isNull();
    LossBatch unknown =
        b.clone()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    assertThat(scan(record(unknown).toByteArray())).as("unknown field").isNull();
  }

  /** Protobuf lets a repeated field come in several pieces, or element by element. */
  @Test
  void leavesAnUnusualEncodingToTheLongWayWhichReadsIt() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32(LossBatch.SHARD_FIELD_NUMBER, 3);
    out.writeUInt64(LossBatch.LOCAL_INDEX_DELTAS_FIELD_NUMBER, 5);
    out.writeUInt64(LossBatch.LOCAL_INDEX_DELTAS_FIELD_NUMBER, 6);
    out.writeFloat(LossBatch.LOSSES_FIELD_NUMBER, 1);
    out.writeFloat(LossBatch.LOSSES_FIELD_NUMBER, 2);
    out.flush();
    byte[] record = wrap(bytes.toByteArray());

    assertThat(scan(record)).isNull();
    Losses losses = (Losses) parse(record).get(0);
    assertThat(TestingEvents.indices(losses)).containsExactly(5, 11);
    assertThat(TestingEvents.values(losses)).containsExactly(1, 2);
  }

  @Test
  void saysWhatTheLongWaySaysOfRandomBatchesWholeAndDamaged() {
    SplittableRandom random = new SplittableRandom(11);
    int whole = 0;
    int damagedButRead = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] record = record(randomBatch(random)).toByteArray();
      whole += agree(record) ? 1 : 0;
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        record[random.nextInt(record.length)] ^= (byte) (1 << random.nextInt(8));
      }
      damagedButRead += agree(record) ? 1 : 0;
    }
    assertThat(whole).as("read the short way").isEqualTo(20_000);
    assertThat(damagedButRead).as("both kinds of damage").isBetween(1_000, 19_000);
  }

  /** Returns whether the short way was taken; it then came to what the long way comes to. */
  private boolean agree(byte[] record) {
    Losses fast = scan(record);
    if (fast == null) {
      return false;
    }
    List<Object> slow = parse(record);
    assertThat(slow).hasSize(1);
    Losses expected = (Losses) slow.get(0);
    assertThat(TestingEvents.indices(fast)).isEqualTo(TestingEvents.indices(expected));
    assertThat(TestingEvents.values(fast)).isEqualTo(TestingEvents.values(expected));
    assertThat(
            new Losses(
                fast.shard(),
                fast.position(),
                fast.epoch(),
                fast.rank(),
                fast.incarnation(),
                fast.sequence(),
                expected.block(),
                fast.rejected()))
        .isEqualTo(expected);
    return true;
  }

  private static LossBatch randomBatch(SplittableRandom random) {
    LossBatch.Builder batch =
        batch()
            .setEpoch(random.nextInt(3))
            .setRank(random.nextInt(300))
            .setIncarnation(random.nextLong(1L << random.nextInt(1, 63)))
            .setSequence(random.nextInt(1000));
    int count = random.nextInt(40);
    long room = Sharding.MAX_LOCAL_INDEX / 41;
    for (int i = 0; i < count; i++) {
      batch.addLocalIndexDeltas(random.nextLong(Math.min(room, 1L << random.nextInt(1, 56))));
      batch.addLosses((float) (random.nextDouble() * Math.pow(2, random.nextInt(-20, 20))));
    }
    return batch.build();
  }

  @Test
  void relativeLossesAreTakenWhereTheyAreWanted() {
    LossBatch batch =
        batch()
            .addLocalIndexDeltas(0)
            .addLocalIndexDeltas(2)
            .addLosses(3)
            .addLosses(1)
            .addRelativeLosses(1)
            .addRelativeLosses(-1)
            .build();
    byte[] bytes = record(batch).toByteArray();
    RawRecord record = new RawRecord(new Position(PARTITION, 77, 123), bytes);

    assertThat(TestingEvents.values(scanner.scan(record))).containsExactly(3, 1);
    LossBatchScanner relative = new LossBatchScanner(SHARDING, true);
    assertThat(TestingEvents.values(relative.scan(record))).containsExactly(1, -1);
    assertThat(TestingEvents.indices(relative.scan(record))).containsExactly(0, 2);
    LossBatch without = batch.toBuilder().clearRelativeLosses().build();
    assertThat(relative.scan(new RawRecord(record.position(), record(without).toByteArray())))
        .as("left to the long way")
        .isNull();
  }

  private Losses scan(byte[] record) {
    return scanner.scan(new RawRecord(new Position(PARTITION, 77, 123), record));
  }

  /** What the long way comes to: events and reasons of refusals. */
  private static List<Object> parse(byte[] record) {
    List<Object> results = new ArrayList<>();
    new LossEventDecoder(SHARDING, false)
        .parse(
            new RawRecord(new Position(PARTITION, 77, 123), record),
            new LossEventDecoder.Output() {
              @Override
              public void event(ShardEvent event) {
                results.add(event);
              }

              @Override
              public void reject(Rejection reason, String detail, int count) {
                results.add(reason);
              }

              @Override
              public void rejectLosses(Rejection reason, String detail, LossBatch batch) {
                results.add(reason);
              }
            });
    return results;
  }

  private static LossBatch.Builder batch() {
    return LossBatch.newBuilder().setShard(3);
  }

  private static LossEvent record(LossBatch batch) {
    return LossEvent.newBuilder().setVersion(Wire.VERSION).setLossBatch(batch).build();
  }

  private static byte[] wrap(byte[] batch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32(LossEvent.VERSION_FIELD_NUMBER, Wire.VERSION);
    out.writeBytes(LossEvent.LOSS_BATCH_FIELD_NUMBER, ByteString.copyFrom(batch));
    out.flush();
    return bytes.toByteArray();
  }
}
