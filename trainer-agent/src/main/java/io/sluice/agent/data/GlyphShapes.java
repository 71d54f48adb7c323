package io.sluice.agent.data;

import java.util.Arrays;

/**
 * The outlines of the symbols that {@link GlyphSource} draws, as line segments in the unit square
 * (x to the right, y down). Of symbols that look alike (O and 0, I and 1, S and 5, Z and 2, B and
 * 8, V and U, …) only one is in, so that every image has one right label.
 */
final class GlyphShapes {
  /** The label of a glyph is its symbol's index here. */
  static final String SYMBOLS = "0123456789ACEFHJKLMNPRTUXY";

  private static final float[][] SEGMENTS =
      SYMBOLS.chars().mapToObj(symbol -> draw((char) symbol)).toArray(float[][]::new);

  private GlyphShapes() {}

  /** Segments as x0, y0, x1, y1 each. The caller must not change them. */
  static float[] segments(int label) {
    return SEGMENTS[label];
  }

  private static float[] draw(char symbol) {
    Pen pen = new Pen();
    switch (symbol) {
      case '0' -> pen.arc(.5, .5, .34, .5, 0, 360);
      case '1' -> pen.line(.3, .2, .55, 0, .55, 1);
      case '2' -> pen.arc(.5, .28, .34, .28, 180, 390).line(.79, .42, .14, 1, .86, 1);
      case '3' -> pen.arc(.47, .26, .33, .26, 200, 450).arc(.47, .76, .38, .24, 270, 520);
      case '4' -> pen.line(.65, 1, .65, 0, .1, .68, .9, .68);
      case '5' -> pen.line(.82, 0, .22, 0, .18, .49).arc(.46, .69, .37, .31, 220, 500);
      case '6' -> pen.arc(.5, .7, .34, .3, 0, 360).arc(.85, .7, .69, .7, 180, 255);
      case '7' -> pen.line(.12, 0, .88, 0, .4, 1);
      case '8' -> pen.arc(.5, .26, .29, .26, 0, 360).arc(.5, .76, .36, .24, 0, 360);
      case '9' -> pen.arc(.5, .3, .34, .3, 0, 360).arc(.15, .3, .69, .7, 0, 75);
      case 'A' -> pen.line(.08, 1, .5, 0, .92, 1).line(.24, .64, .76, .64);
      case 'C' -> pen.arc(.55, .5, .43, .5, 50, 310);
      case 'E' -> pen.line(.85, 0, .18, 0, .18, 1, .85, 1).line(.18, .48, .7, .48);
      case 'F' -> pen.line(.85, 0, .18, 0, .18, 1).line(.18, .48, .7, .48);
      case 'H' -> pen.line(.15, 0, .15, 1).line(.85, 0, .85, 1).line(.15, .5, .85, .5);
      case 'J' -> pen.line(.7, 0, .7, .68).arc(.43, .68, .27, .32, 0, 165);
      case 'K' -> pen.line(.18, 0, .18, 1).line(.85, 0, .18, .56).line(.4, .4, .87, 1);
      case 'L' -> pen.line(.2, 0, .2, 1, .85, 1);
      case 'M' -> pen.line(.1, 1, .1, 0, .5, .6, .9, 0, .9, 1);
      case 'N' -> pen.line(.15, 1, .15, 0, .85, 1, .85, 0);
      case 'P' -> pen.line(.5, .54, .2, .54, .2, 1, .2, 0, .5, 0).arc(.5, .27, .34, .27, -90, 90);
      case 'R' ->
          pen.line(.87, 1, .48, .54, .2, .54, .2, 1, .2, 0, .5, 0).arc(.5, .27, .34, .27, -90, 90);
      case 'T' -> pen.line(.08, 0, .92, 0).line(.5, 0, .5, 1);
      case 'U' -> pen.line(.14, 0, .14, .64).arc(.5, .64, .36, .36, 180, 0).line(.86, .64, .86, 0);
      case 'X' -> pen.line(.12, 0, .88, 1).line(.88, 0, .12, 1);
      case 'Y' -> pen.line(.1, 0, .5, .48, .9, 0).line(.5, .48, .5, 1);
      default -> throw new IllegalArgumentException("no outline for " + symbol);
    }
    return pen.segments();
  }

  private static final class Pen {
    private static final double DEGREES_PER_SEGMENT = 30;

    private float[] segments = new float[0];

    Pen line(double... points) {
      for (int i = 0; i + 3 < points.length; i += 2) {
        add(points[i], points[i + 1], points[i + 2], points[i + 3]);
      }
      return this;
    }

    /** Part of an ellipse; angles in degrees, 0 to the right, 90 down. */
    Pen arc(double cx, double cy, double rx, double ry, double from, double to) {
      int steps = (int) Math.ceil(Math.abs(to - from) / DEGREES_PER_SEGMENT);
      double[] points = new double[2 * (steps + 1)];
      for (int i = 0; i <= steps; i++) {
        double angle = StrictMath.toRadians(from + (to - from) * i / steps);
        points[2 * i] = cx + rx * StrictMath.cos(angle);
        points[2 * i + 1] = cy + ry * StrictMath.sin(angle);
      }
      return line(points);
    }

    private void add(double x0, double y0, double x1, double y1) {
      segments = Arrays.copyOf(segments, segments.length + 4);
      segments[segments.length - 4] = (float) x0;
      segments[segments.length - 3] = (float) y0;
      segments[segments.length - 2] = (float) x1;
      segments[segments.length - 1] = (float) y1;
    }

    float[] segments() {
      return segments;
    }
  }
}
