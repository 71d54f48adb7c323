package io.sluice.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossGeneratorTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64, 1000, 70_001})
  void goesThroughAllSamplesInEachPass(int samples) {
    LossGenerator generator = new LossGenerator(samples, 7);
    long[] ids = new long[samples];
    float[] losses = new float[samples];
    for (int pass = 0; pass < 3; pass++) {
      generator.next(ids, losses);

      assertThat(LongStream.of(ids).sorted().toArray())
          .isEqualTo(LongStream.range(0, samples).toArray());
      for (float loss : losses) {
        assertThat(loss).isFinite().isPositive();
      }
    }
  }

  /** In a sorted dataset an agent's records would be shorter than they are in training. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void scattersTheSamples(long seed) {
    long[] ids = new long[4096];
    new LossGenerator(1 << 20, seed).next(ids, new float[ids.length]);

    long[] sorted = ids.clone();
    Arrays.sort(sorted);
    long ascents =
        LongStream.range(1, ids.length).filter(i -> ids[(int) i] > ids[(int) i - 1]).count();
    assertThat(sorted[0]).isLessThan(1 << 12);
    assertThat(sorted[ids.length - 1]).isGreaterThan((1 << 20) - (1 << 12));
    assertThat(ascents).isBetween(ids.length / 4L, ids.length * 3L / 4);
  }
}
