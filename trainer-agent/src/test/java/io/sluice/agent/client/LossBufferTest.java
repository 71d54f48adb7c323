package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.LossBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossBufferTest {

  private final List<LossBatch> batches = new ArrayList<>();

  @Test
  void aFullShardGoesOutSortedAndOthersWait() {
    LossBuffer buffer = buffer(new Sharding(4, 2), 3);

    buffer.add(41, 1.5f, 0); // shard 1, local index 10
    buffer.add(2, 9f, 0); // shard 2
    buffer.add(5, 2.5f, 0); // shard 1, local index 1
    assertThat(batches).isEmpty();
    buffer.add(13, 3.5f, 0); // shard 1, local index 3

    assertThat(batches).hasSize(1);
    LossBatch batch = batches.get(0);
    assertThat(batch.getShard()).isEqualTo(1);
    assertThat(batch.getLocalIndexDeltasList()).containsExactly(1L, 2L, 7L);
    assertThat(batch.getLossesList()).containsExactly(2.5f, 3.5f, 1.5f);
  }

  @Test
  void lossesOfOneSampleStayInTheirOrder() {
    LossBuffer buffer = buffer(new Sharding(1, 1), 4);

    buffer.add(7, 1f, 0);
    buffer.add(3, 2f, 0);
    buffer.add(7, 3f, 0);
    buffer.add(7, 2f, 0);

    assertThat(batches.get(0).getLocalIndexDeltasList()).containsExactly(3L, 4L, 0L, 0L);
    assertThat(batches.get(0).getLossesList()).containsExactly(2f, 1f, 3f, 2f);
  }

  @Test
  void sequencesGoOnOverEpochsAndCountsDoNot() {
    LossBuffer buffer = buffer(new Sharding(2, 1), 2);
    for (long id : new long[] {0, 2, 4, 1}) {
      buffer.add(id, 1f, 0);
    }
    assertThat(buffer.endEpoch()).containsExactly(3, 1);
    buffer.add(6, 1f, 0);
    assertThat(buffer.endEpoch()).containsExactly(1, 0);
    assertThat(buffer.endEpoch()).containsExactly(0, 0);

    assertThat(batches.stream().filter(b -> b.getShard() == 0))
        .map(LossBatch::getSequence)
        .containsExactly(0L, 1L, 2L);
    assertThat(batches.stream().filter(b -> b.getShard() == 1))
        .map(LossBatch::getSequence)
        .containsExactly(0L);
  }

  @Test
  void everyLossGoesOutOnceAndIsCounted() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 50; round++) {
      batches.clear();
      Sharding sharding = new Sharding(random.nextInt(1, 20), 1);
      LossBuffer buffer = buffer(sharding, random.nextInt(1, 50));
      Map<Long, List<Float>> reported = new HashMap<>();
      for (int i = random.nextInt(2000); i > 0; i--) {
        long id = random.nextLong(1L << random.nextInt(1, 63));
        float loss = random.nextInt();
        buffer.add(id, loss, 0);
        reported.computeIfAbsent(id, key -> new ArrayList<>()).add(loss);
      }
      long[] counts = buffer.endEpoch();

      Map<Long, List<Float>> sent = new HashMap<>();
      long[] sentCounts = new long[sharding.shards()];
      for (LossBatch batch : batches) {
        sentCounts[batch.getShard()] += batch.getLossesCount();
        long index = 0;
        for (int i = 0; i < batch.getLossesCount(); i++) {
          assertThat(batch.getLocalIndexDeltas(i)).isNotNegative();
          index += batch.getLocalIndexDeltas(i);
          sent.computeIfAbsent(sharding.sampleId(batch.getShard(), index), key -> new ArrayList<>())
              .add(batch.getLosses(i));
        }
      }
      assertThat(sent).isEqualTo(reported);
      assertThat(counts).isEqualTo(sentCounts);
    }
  }

  @Test
  void relativeLossesStayWithTheirSamples() {
    LossBuffer buffer =
        new LossBuffer(new Sharding(4, 1), 10, true, batch -> batches.add(batch.build()));
    buffer.add(9, 3f, 0.5f);
    buffer.add(1, 2f, -0.5f);
    buffer.add(5, 2.5f, 0f);

    buffer.endEpoch();

    LossBatch batch = batches.get(0);
    assertThat(batch.getLocalIndexDeltasList()).containsExactly(0L, 1L, 1L);
    assertThat(batch.getLossesList()).containsExactly(2f, 2.5f, 3f);
    assertThat(batch.getRelativeLossesList()).containsExactly(-0.5f, 0f, 0.5f);
  }

  @Test
  void withoutTheSignalNoRelativeLossesAreSent() {
    LossBuffer buffer = buffer(new Sharding(4, 1), 10);
    buffer.add(9, 3f, 0.5f);

    buffer.endEpoch();

    assertThat(batches.get(0).getRelativeLossesList()).isEmpty();
  }

  @Test
  void waitingForBatchesNeverTakesMoreThanHalfOfTheCapacity() {
    assertThat(LossSender.batchSize(4_194_304, 128)).isEqualTo(1024);
    for (int capacity : new int[] {1024, 5000, 4_194_304}) {
      for (int shards : new int[] {1, 128, 500, 32_768}) {
        int batchSize = LossSender.batchSize(capacity, shards);
        assertThat(batchSize).isPositive();
        // A shard's buffer holds at most one loss less than a batch.
        assertThat((batchSize - 1) * shards).isLessThanOrEqualTo(capacity / 2);
      }
    }
  }

  private LossBuffer buffer(Sharding sharding, int batchSize) {
    return new LossBuffer(sharding, batchSize, false, batch -> batches.add(batch.build()));
  }
}
