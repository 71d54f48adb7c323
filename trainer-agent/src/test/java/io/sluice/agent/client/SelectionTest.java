package io.sluice.agent.client;

import static io.sluice.agent.client.TestingRun.chunk;
import static io.sluice.agent.client.TestingRun.emptyChunk;
import static io.sluice.agent.client.TestingRun.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SelectionTest {

  @Test
  void positionsFollowShardPartAndLocalIndexAndRotateWithTheEpoch() {
    List<SelectionChunk> chunks =
        List.of(
            chunk(4, 0, 3, 0, 2).setParts(2).setKnown(10).build(),
            chunk(4, 0, 3, 4).setParts(2).setPart(1).setBaseLocalIndex(4096).setKnown(5).build(),
            chunk(4, 1, 3, 0).setKnown(2).build(),
            chunk(4, 2, 3, 2, 0, 1).setKnown(3).build());
    Selection selection = selection(4, 3, chunks);

    assertThat(selection.selected()).isEqualTo(7);
    assertThat(selection.known()).isEqualTo(20);
    assertThat(selection.slice(0, 1).ids()).containsExactly(0, 6, 12_300, 1, 2, 5, 8);
    // Epoch 4 of 2 ranks: rank 0 takes positions 0, 2, 4; rank 1 takes 1, 3, 5; 6 is nobody's.
    assertThat(selection.slice(0, 2).ids()).containsExactly(0, 12_300, 2);
    assertThat(selection.slice(1, 2).ids()).containsExactly(6, 1, 5);
    // Epoch 4 of 3 ranks: rank 0 takes positions 1 and 4.
    assertThat(selection.slice(0, 3).ids()).containsExactly(6, 2);

    Selection next = selection(5, 3, chunks);
    assertThat(next.slice(0, 2).ids()).isEqualTo(selection.slice(1, 2).ids());
    assertThat(next.slice(1, 2).ids()).isEqualTo(selection.slice(0, 2).ids());
  }

  @Test
  void theWorkedExampleOfTheProtocolPage() {
    Selection first =
        selection(
            0,
            4,
            List.of(
                chunk(0, 0, 4, 0, 1, 2).build(),
                chunk(0, 1, 4, 0, 1, 2).build(),
                chunk(0, 2, 4, 0, 1).build(),
                chunk(0, 3, 4, 0, 1).build()));
    assertThat(first.slice(0, 2).ids()).containsExactly(0, 8, 5, 2, 3);
    assertThat(first.slice(1, 2).ids()).containsExactly(4, 1, 9, 6, 7);
    assertThat(first.worldSize()).isEqualTo(2);
    assertThat(first.slice(1).ids()).isEqualTo(first.slice(1, 2).ids());

    Selection second =
        selection(
            1,
            4,
            List.of(
                chunk(1, 0, 4, 0, 2).build(),
                chunk(1, 1, 4, 1, 2).build(),
                chunk(1, 2, 4, 0, 1).build(),
                chunk(1, 3, 4, 1).build()));
    assertThat(second.slice(0, 1).ids()).containsExactly(0, 8, 5, 9, 2, 6, 7);
    assertThat(second.slice(0, 2).ids()).containsExactly(8, 9, 6);
    assertThat(second.slice(1, 2).ids()).containsExactly(0, 5, 2);
  }

  @Test
  void slicesAreEqualInNumberDisjointAndCoverAllButTheRemainder() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 200; round++) {
      int shards = random.nextInt(1, 9);
      int worldSize = random.nextInt(1, 12);
      int epoch = random.nextInt(1000);
      Selection selection = selection(epoch, shards, randomChunks(random, epoch, shards));
      long[] all = selection.slice(0, 1).ids();
      assertThat(all).hasSize((int) selection.selected());

      List<Long> union = new ArrayList<>();
      for (int rank = 0; rank < worldSize; rank++) {
        Slice slice = selection.slice(rank, worldSize);
        assertThat(slice.size()).isEqualTo(all.length / worldSize);
        LongStream.of(slice.ids()).forEach(union::add);
      }
      long[] shared = Arrays.copyOf(all, all.length / worldSize * worldSize);
      assertThat(union).containsExactlyInAnyOrderElementsOf(LongStream.of(shared).boxed().toList());
    }
  }

  @Test
  void weightsOfOnePartAreMergedByLocalIndex() {
    Selection selection =
        selection(
            0,
            2,
            List.of(
                emptyChunk(0, 0, 2)
                    .addSamples(samples(1, 1, 5, 6))
                    .addSamples(samples(2, 0, 7))
                    .addSamples(samples(4, 3))
                    .build(),
                chunk(0, 1, 2, 9).build()));

    Slice all = selection.slice(0, 1);
    assertThat(all.ids()).containsExactly(0, 2, 6, 10, 12, 14, 19);
    assertThat(all.weights()).containsExactly(2, 1, 4, 1, 1, 2, 1);
    assertThat(selection.slice(1, 2).ids()).containsExactly(2, 10, 14);
    assertThat(selection.slice(1, 2).weights()).containsExactly(1, 1, 2);
  }

  @Test
  void weightsAreNullWhenAllAreOne() {
    assertThat(selection(0, 1, List.of(chunk(0, 0, 1, 3).build())).slice(0, 1).weights()).isNull();
  }

  @Test
  void indicesAreUnsigned() {
    Selection selection =
        selection(
            0,
            1,
            List.of(
                emptyChunk(0, 0, 1)
                    .addSamples(samples(1, 1, -1))
                    .addSamples(samples(2, Integer.MIN_VALUE))
                    .build()));

    assertThat(selection.slice(0, 1).ids()).containsExactly(1, 1L << 31, (1L << 32) - 1);
  }

  @Test
  void readsPlainBitsLikeABitmap() {
    Selection selection =
        selection(
            0,
            2,
            List.of(
                chunk(0, 0, 2, 0, 9, 70).build(),
                emptyChunk(0, 1, 2)
                    .addSamples(
                        WeightedSamples.newBuilder()
                            .setWeight(1)
                            .setCount(3)
                            .setBits(ByteString.copyFrom(new byte[] {1, 2, 0, 0, 0, 0, 0, 0, 64})))
                    .build()));

    assertThat(selection.slice(0, 1).ids()).containsExactly(0, 18, 140, 1, 19, 141);
  }

  @Test
  void fewerSamplesThanRanksMakeEmptySlices() {
    Selection selection = selection(0, 1, List.of(chunk(0, 0, 1, 3).build()));

    assertThat(selection.slice(0, 2).size()).isZero();
    assertThatThrownBy(() -> selection.slice(2, 2)).hasMessage("rank 2 of 2");
  }

  private static List<SelectionChunk> randomChunks(SplittableRandom random, int epoch, int shards) {
    List<SelectionChunk> chunks = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      int[] indices = random.ints(random.nextInt(40), 0, 4096).distinct().toArray();
      int[] light = Arrays.copyOfRange(indices, 0, indices.length / 2);
      int[] heavy = Arrays.copyOfRange(indices, indices.length / 2, indices.length);
      chunks.add(
          emptyChunk(epoch, shard, shards)
              .addSamples(samples(1, light))
              .addSamples(samples(3, heavy))
              .build());
    }
    return chunks;
  }

  private static Selection selection(int epoch, int shards, List<SelectionChunk> chunks) {
    return new Selection(
        epoch,
        Duration.ZERO,
        new Sharding(shards, 1),
        2,
        chunks.stream().map(SelectedPart::new).toList());
  }
}
