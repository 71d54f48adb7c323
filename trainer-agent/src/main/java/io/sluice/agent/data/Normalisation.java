package io.sluice.agent.data;

/** Maps a byte, 0 … 255, to a float: scaled to [0, 1], less a mean, divided by a deviation. */
final class Normalisation {
  private static final float SMALLEST_DEVIATION = 1e-3f;

  private final float[][] values;

  /** One mean and one deviation, of values in [0, 1], for each channel. */
  Normalisation(float[] means, float[] deviations) {
    values = new float[means.length][256];
    for (int channel = 0; channel < means.length; channel++) {
      float deviation = Math.max(SMALLEST_DEVIATION, deviations[channel]);
      for (int value = 0; value < 256; value++) {
        values[channel][value] = (value / 255f - means[channel]) / deviation;
      }
    }
  }

  /** Gives these samples mean 0 and deviation 1 in each channel. */
  static Normalisation of(SampleShape shape, byte[] samples) {
    long[][] histogram = new long[shape.channels()][256];
    int area = shape.height() * shape.width();
    for (int i = 0; i < samples.length; i++) {
      histogram[i / area % shape.channels()][Byte.toUnsignedInt(samples[i])]++;
    }
    float[] means = new float[shape.channels()];
    float[] deviations = new float[shape.channels()];
    for (int channel = 0; channel < means.length; channel++) {
      double count = 0;
      double sum = 0;
      double squares = 0;
      for (int value = 0; value < 256; value++) {
        double scaled = value / 255.0;
        count += histogram[channel][value];
        sum += histogram[channel][value] * scaled;
        squares += histogram[channel][value] * scaled * scaled;
      }
      means[channel] = (float) (sum / count);
      deviations[channel] = (float) Math.sqrt(squares / count - sum / count * (sum / count));
    }
    return new Normalisation(means, deviations);
  }

  ValueRange range(int channel) {
    return new ValueRange(values[channel][0], values[channel][255]);
  }

  float apply(int channel, byte value) {
    return values[channel][Byte.toUnsignedInt(value)];
  }
}
