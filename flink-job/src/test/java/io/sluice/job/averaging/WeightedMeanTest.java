package io.sluice.job.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WeightedMeanTest {

  private final WeightedMean mean = new WeightedMean(1000);

  @Test
  void weighsByTheGivenWeights() {
    assertThat(mean(new double[] {1, 3}, new float[] {1, -4}, new float[] {5, 0}))
        .containsExactly(4, -1);
  }

  @Test
  void aWeightOfZeroCountsForNothing() {
    assertThat(mean(new double[] {0, 3}, new float[] {1}, new float[] {5})).containsExactly(5);
  }

  @Test
  void ofOneChunkIsThatChunk() {
    float[] values = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 1e-30f, 0};
    assertThat(mean(new double[] {12_345_678_901L}, values)).containsExactly(values);
  }

  @Test
  void doesNotOverflow() {
    double[] weights = new double[1000];
    float[][] chunks = new float[1000][];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (1L << 47) - i;
      chunks[i] = new float[] {Float.MAX_VALUE};
    }
    assertThat(mean(weights, chunks)).containsExactly(Float.MAX_VALUE);
  }

  /** To the last bit: other clients may hold it against the protocol's own words. */
  @Test
  void isTheSumInBinary64InOrderDividedByTheWeights() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 50; round++) {
      int length = 1 + random.nextInt(1000);
      double[] weights = random.ints(1 + random.nextInt(9), 1, 100_000).asDoubleStream().toArray();
      float[][] chunks = new float[weights.length][length];
      for (float[] chunk : chunks) {
        for (int i = 0; i < length; i++) {
          chunk[i] = (float) random.nextDouble(-3, 3);
        }
      }
      float[] expected = new float[length];
      for (int i = 0; i < length; i++) {
        double sum = 0;
        double total = 0;
        for (int rank = 0; rank < weights.length; rank++) {
          sum += weights[rank] * chunks[rank][i];
          total += weights[rank];
        }
        expected[i] = (float) (sum / total);
      }
      assertThat(mean(weights, chunks)).containsExactly(expected);
    }
  }

  @Test
  void ofNothingIsEmpty() {
    mean(new double[] {1}, new float[] {1, 2});
    mean.clear();
    assertThat(mean.result()).isEmpty();
  }

  @Test
  void countsWhatIsNotFinite() {
    byte[] values =
        TestingUpdates.bytes(
            1,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.intBitsToFloat(0xFFC0_0001),
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            -0f);
    assertThat(ChunkValues.nonFinite(values)).isEqualTo(4);
    assertThat(ChunkValues.nonFinite(new byte[0])).isZero();
  }

  private float[] mean(double[] weights, float[]... chunks) {
    mean.clear();
    for (int i = 0; i < weights.length; i++) {
      mean.add(TestingUpdates.bytes(chunks[i]), weights[i]);
    }
    return TestingUpdates.floats(mean.result());
  }
}
