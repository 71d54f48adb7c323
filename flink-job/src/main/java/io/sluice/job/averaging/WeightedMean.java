package io.sluice.job.averaging;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The mean of chunks of parameters: the sum of weight times value in binary64, in the order in
 * which they are added, divided by the sum of weights. Reused from mean to mean, so that a chunk
 * costs no memory but that of its result.
 */
final class WeightedMean {

  private final double[] sums;
  private final float[] values;
  private double total;
  private int length;

  /**
   * @param most values that a chunk can have
   */
  WeightedMean(int most) {
    sums = new double[most];
    values = new float[most];
  }

  /** Begins with nothing added. */
  void clear() {
    Arrays.fill(sums, 0, length, 0);
    total = 0;
    length = 0;
  }

  /**
   * Adds a chunk, of as many values as those before it.
   *
   * @param chunk binary32, little-endian
   * @param weight above 0 in one of the chunks at least
   */
  void add(byte[] chunk, double weight) {
    length = chunk.length / Float.BYTES;
    view(chunk).get(values, 0, length);
    for (int i = 0; i < length; i++) {
      sums[i] += weight * values[i];
    }
    total += weight;
  }

  /** The mean, binary32, little-endian. */
  byte[] result() {
    for (int i = 0; i < length; i++) {
      values[i] = (float) (sums[i] / total);
    }
    byte[] mean = new byte[length * Float.BYTES];
    view(mean).put(values, 0, length);
    return mean;
  }

  private static FloatBuffer view(byte[] chunk) {
    return ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }
}
