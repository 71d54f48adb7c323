package io.sluice.agent.data;

/** What the darkest and the brightest value of a channel are after normalisation. */
public record ValueRange(float black, float white) {

  /** Where a value lies between the two: 0 … 255. */
  public int brightness(float value) {
    return Math.max(0, Math.min(255, Math.round(255 * (value - black) / (white - black))));
  }
}
