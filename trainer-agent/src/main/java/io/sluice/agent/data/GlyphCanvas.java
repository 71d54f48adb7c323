package io.sluice.agent.data;

import java.util.Arrays;

/** A small grayscale picture, 0 black to 1 white, with an antialiased pen. */
final class GlyphCanvas {
  static final int SIDE = 28;

  private static final float FAR = 1e6f;

  private final float[] pixels = new float[SIDE * SIDE];

  /** Squared distance from each pixel's centre to the nearest segment drawn so far. */
  private final float[] distances = new float[SIDE * SIDE];

  GlyphCanvas() {
    Arrays.fill(distances, FAR);
  }

  /** Adds a segment, in pixels, to what {@link #ink} will draw with a pen of that radius. */
  void segment(float x0, float y0, float x1, float y1, float radius) {
    float reach = radius + 1;
    int left = Math.max(0, (int) (Math.min(x0, x1) - reach));
    int right = Math.min(SIDE - 1, (int) (Math.max(x0, x1) + reach));
    int top = Math.max(0, (int) (Math.min(y0, y1) - reach));
    int bottom = Math.min(SIDE - 1, (int) (Math.max(y0, y1) + reach));
    float dx = x1 - x0;
    float dy = y1 - y0;
    float perLength = 1 / Math.max(dx * dx + dy * dy, 1e-6f);
    for (int y = top; y <= bottom; y++) {
      float py = y + .5f - y0;
      for (int x = left; x <= right; x++) {
        float px = x + .5f - x0;
        float along = Math.min(1, Math.max(0, (px * dx + py * dy) * perLength));
        float ox = px - along * dx;
        float oy = py - along * dy;
        int i = y * SIDE + x;
        distances[i] = Math.min(distances[i], ox * ox + oy * oy);
      }
    }
  }

  /** Draws the segments; a pixel that the pen's edge crosses gets a part of the brightness. */
  void ink(float radius, float brightness) {
    float outer = (radius + .5f) * (radius + .5f);
    for (int i = 0; i < pixels.length; i++) {
      if (distances[i] < outer) {
        float cover = radius + .5f - (float) Math.sqrt(distances[i]);
        pixels[i] = brightness * Math.min(1, cover);
      }
    }
  }

  /** Blanks a rectangle, clipped to the picture. */
  void erase(int left, int top, int width, int height) {
    for (int y = Math.max(0, top); y < Math.min(SIDE, top + height); y++) {
      Arrays.fill(
          pixels, y * SIDE + Math.max(0, left), y * SIDE + Math.min(SIDE, left + width), 0f);
    }
  }

  /** Replaces each pixel by (1 − 2·share) of itself and a share of both neighbours, both ways. */
  void blur(float share) {
    for (int y = 0; y < SIDE; y++) {
      blurLine(y * SIDE, 1, share);
    }
    for (int x = 0; x < SIDE; x++) {
      blurLine(x, SIDE, share);
    }
  }

  private void blurLine(int start, int step, float share) {
    float before = 0;
    float here = pixels[start];
    for (int n = 0, i = start; n < SIDE; n++, i += step) {
      float after = n + 1 < SIDE ? pixels[i + step] : 0;
      pixels[i] = here + share * (before + after - 2 * here);
      before = here;
      here = after;
    }
  }

  void addNoise(SplitMix random, float deviation) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] += deviation * random.normal();
    }
  }

  /** Writes the pixels, cut to [0, 1], as (value − mean) · scale. */
  void copyTo(float[] into, int offset, float mean, float scale) {
    for (int i = 0; i < pixels.length; i++) {
      into[offset + i] = (Math.min(1, Math.max(0, pixels[i])) - mean) * scale;
    }
  }
}
