package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ShardRangesTest {

  @Test
  void everyIdIsDeclaredOnceAndInItsShard() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 500; round++) {
      Sharding sharding = new Sharding(random.nextInt(1, 40), 1);
      long first = random.nextBoolean() ? random.nextInt(100) : random.nextLong(1L << 50);
      IdRange range = new IdRange(first, random.nextInt(1, 200));

      List<Long> declared = new ArrayList<>();
      for (int shard = 0; shard < sharding.shards(); shard++) {
        for (SamplesAdded record :
            ShardRanges.declarations(sharding, shard, List.of(range), 7, null)) {
          assertThat(record.getShard()).isEqualTo(shard);
          assertThat(record.getFromEpoch()).isEqualTo(7);
          assertThat(record.getDatasetSize()).isEqualTo(range.last() + 1);
          assertThat(record.getRangesCount())
              .as("dense ids are one range per shard; shard 0 is told the size in any case")
              .isBetween(shard == 0 ? 0 : 1, 1);
          declared.addAll(ids(sharding, record));
        }
      }

      assertThat(declared)
          .as("%s over %s", range, sharding)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.rangeClosed(range.first(), range.last()).boxed().toList());
    }
  }

  @Test
  void everySampleIsDeclaredWithItsClassInRecordsThatKafkaTakes() {
    Sharding sharding = new Sharding(3, 1);
    List<IdRange> samples = List.of(new IdRange(5, 2_000_000), new IdRange(3_000_000, 7));

    List<SamplesAdded> records =
        ShardRanges.declarations(sharding, 2, samples, 0, id -> (int) (id % 65_535));

    assertThat(records).hasSize(3);
    for (SamplesAdded record : records) {
      assertThat(record.getSerializedSize()).isLessThan(Wire.MAX_RECORD_BYTES);
      List<Long> ids = ids(sharding, record);
      assertThat(record.getLabelsCount()).isEqualTo(ids.size());
      for (int i = 0; i < ids.size(); i++) {
        if (record.getLabels(i) != (int) (ids.get(i) % 65_535)) {
          throw new AssertionError("sample " + ids.get(i) + " has label " + record.getLabels(i));
        }
      }
    }
  }

  @Test
  void aLabelThatTheWireHasNoRoomForIsRefused() {
    assertThatThrownBy(
            () ->
                ShardRanges.declarations(
                    new Sharding(2, 1), 1, List.of(new IdRange(0, 4)), 0, id -> 65_535))
        .isInstanceOf(UserError.class)
        .hasMessage("sample 1 has the label 65535; allowed: 0 to 65534");
  }

  @Test
  void aRecordHoldsAtMostTheSamplesTheProtocolAllows() {
    Sharding sharding = new Sharding(2, 1);
    long perShard = 2 * Wire.MAX_SAMPLES_PER_RECORD + 5;

    List<SamplesAdded> records =
        ShardRanges.declarations(sharding, 1, List.of(new IdRange(0, 2 * perShard)), 0, null);

    assertThat(records)
        .map(record -> record.getRanges(0))
        .containsExactly(
            range(0, Wire.MAX_SAMPLES_PER_RECORD),
            range(Wire.MAX_SAMPLES_PER_RECORD, Wire.MAX_SAMPLES_PER_RECORD),
            range(2 * Wire.MAX_SAMPLES_PER_RECORD, 5));
  }

  @Test
  void aRangeMayBeSplitBetweenTwoRecords() {
    Sharding sharding = new Sharding(1, 1);
    List<IdRange> ranges =
        List.of(new IdRange(0, 10), new IdRange(100, Wire.MAX_SAMPLES_PER_RECORD));

    List<SamplesAdded> records = ShardRanges.declarations(sharding, 0, ranges, 0, null);

    assertThat(records).hasSize(2);
    assertThat(records.get(0).getRangesList())
        .containsExactly(range(0, 10), range(100, Wire.MAX_SAMPLES_PER_RECORD - 10));
    assertThat(records.get(1).getRangesList())
        .containsExactly(range(90 + Wire.MAX_SAMPLES_PER_RECORD, 10));
  }

  @Test
  void manySmallRangesStayBelowKafkasMegabyte() {
    Sharding sharding = new Sharding(1, 1);
    List<IdRange> ranges =
        LongStream.range(0, 100_000).mapToObj(i -> new IdRange((1L << 55) + 3 * i, 1)).toList();

    List<SamplesAdded> records = ShardRanges.declarations(sharding, 0, ranges, 0, null);

    assertThat(records).allSatisfy(r -> assertThat(r.getSerializedSize()).isLessThan(1_000_000));
    assertThat(records.stream().mapToInt(SamplesAdded::getRangesCount).sum()).isEqualTo(100_000);
  }

  @Test
  void anIdBeyondTheLastLocalIndexIsRefused() {
    Sharding sharding = new Sharding(4, 1);
    long limit = sharding.sampleId(0, Sharding.MAX_LOCAL_INDEX);

    ShardRanges.check(sharding, List.of(new IdRange(limit - 1, 1)));
    assertThat(ShardRanges.declarations(sharding, 3, List.of(new IdRange(limit - 1, 1)), 0, null))
        .map(record -> record.getRanges(0).getFirst())
        .containsExactly(Sharding.MAX_LOCAL_INDEX - 1);
    assertThatThrownBy(() -> ShardRanges.check(sharding, List.of(new IdRange(limit - 1, 2))))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "sample id 288230376151711744 is too large for 4 shards; allowed: below %d", limit);
  }

  @Test
  void whatIsNoRangeIsRefused() {
    for (long[] bad : new long[][] {{-1, 5}, {0, 0}, {0, -1}, {Long.MAX_VALUE, 2}}) {
      assertThatThrownBy(() -> new IdRange(bad[0], bad[1]))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("sample ids from %d, %d of them", bad[0], bad[1]);
    }
    assertThat(new IdRange(Long.MAX_VALUE, 1).last()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void retiresEachIdInItsShardOnly() {
    Sharding sharding = new Sharding(4, 2);
    List<IdRange> samples = List.of(new IdRange(2, 1), new IdRange(6, 3));

    assertThat(ShardRanges.retirements(sharding, 0, samples))
        .containsExactly(SamplesRetired.newBuilder().addRanges(range(2, 1)).build());
    assertThat(ShardRanges.retirements(sharding, 1, samples)).isEmpty();
    assertThat(ShardRanges.retirements(sharding, 2, samples))
        .containsExactly(
            SamplesRetired.newBuilder()
                .setShard(2)
                .addRanges(range(0, 1))
                .addRanges(range(1, 1))
                .build());
  }

  private static IndexRange range(long first, long count) {
    return IndexRange.newBuilder().setFirst(first).setCount(count).build();
  }

  private static List<Long> ids(Sharding sharding, SamplesAdded record) {
    return record.getRangesList().stream()
        .flatMap(
            range ->
                LongStream.range(range.getFirst(), range.getFirst() + range.getCount()).boxed())
        .map(index -> sharding.sampleId(record.getShard(), index))
        .toList();
  }
}
