package io.sluice.agent.data;

/** Size of one sample: values are stored channel by channel, each channel row by row. */
public record SampleShape(int channels, int height, int width) {

  /** Number of values of one sample. */
  public int size() {
    return channels * height * width;
  }
}
