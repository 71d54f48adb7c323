package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SliceTest {

  private static final long[] IDS = LongStream.range(100, 200).toArray();

  @Test
  void aShuffleIsAPermutationThatDependsOnSeedEpochAndRank() {
    long[] shuffled = new Slice(3, 1, IDS, null).shuffled(7).ids();

    assertThat(shuffled).containsExactlyInAnyOrder(IDS).isNotEqualTo(IDS);
    assertThat(new Slice(3, 1, IDS, null).shuffled(7).ids()).isEqualTo(shuffled);
    assertThat(new Slice(3, 1, IDS, null).shuffled(8).ids()).isNotEqualTo(shuffled);
    assertThat(new Slice(4, 1, IDS, null).shuffled(7).ids()).isNotEqualTo(shuffled);
    assertThat(new Slice(3, 2, IDS, null).shuffled(7).ids()).isNotEqualTo(shuffled);
    assertThat(IDS).as("the slice itself").isSorted();
  }

  @Test
  void theOrderNeverChangesFromOneReleaseToTheNext() {
    long[] ids = LongStream.range(0, 10).toArray();

    assertThat(new Slice(0, 0, ids, null).shuffled(1).ids())
        .containsExactly(8, 3, 0, 7, 9, 4, 5, 6, 2, 1);
  }

  @Test
  void weightsStayWithTheirIds() {
    float[] weights = new float[IDS.length];
    IntStream.range(0, IDS.length).forEach(i -> weights[i] = IDS[i] + 0.5f);

    Slice shuffled = new Slice(0, 0, IDS, weights).shuffled(1);

    for (int i = 0; i < shuffled.size(); i++) {
      assertThat(shuffled.weights()[i]).isEqualTo(shuffled.ids()[i] + 0.5f);
    }
  }

  @Test
  void everySampleComesToEveryPlaceEquallyOften() {
    int rounds = 20_000;
    int[][] seen = new int[5][5];
    for (int seed = 0; seed < rounds; seed++) {
      long[] order = new Slice(0, 0, new long[] {0, 1, 2, 3, 4}, null).shuffled(seed).ids();
      for (int place = 0; place < 5; place++) {
        seen[place][(int) order[place]]++;
      }
    }
    // Expected 4,000 each with a standard deviation of 57; five of those either way.
    for (int[] place : seen) {
      for (int count : place) {
        assertThat(count).isBetween(4000 - 285, 4000 + 285);
      }
    }
  }
}
