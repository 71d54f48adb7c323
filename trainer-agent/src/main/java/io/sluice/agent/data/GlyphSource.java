package io.sluice.agent.data;

import io.sluice.protocol.UserError;

/**
 * Procedural images of digits and letters, 28×28 in grey: a stand-in for the synthetic text sets of
 * the SeTa paper (section 4). Image i is a pure function of (seed, i). Most are easy and so
 * redundant, {@value #HARD} of them are hard (strong distortion, low contrast, heavy noise, a part
 * covered), and in training {@value #MISLABELLED} carry a wrong label. The training split never
 * ends: {@code count} only says how many samples are known at first.
 */
final class GlyphSource implements SampleSource {
  static final float HARD = 0.12f;
  static final float MISLABELLED = 0.03f;
  static final long DEFAULT_COUNT = 20_000;
  static final int TEST_COUNT = 2_000;

  private static final int SIDE = GlyphCanvas.SIDE;
  // Mean and deviation of the pixels of 2,000 images, measured.
  private static final float MEAN = 0.13f;
  private static final float SCALE = 1 / 0.24f;

  private final SampleSplit train;
  private final SampleSplit test;

  GlyphSource(long seed, long count) {
    train = new Split(seed, 0, count, MISLABELLED);
    test = new Split(seed, 1, TEST_COUNT, 0);
  }

  @Override
  public SampleShape shape() {
    return new SampleShape(1, SIDE, SIDE);
  }

  @Override
  public int classes() {
    return GlyphShapes.SYMBOLS.length();
  }

  @Override
  public ValueRange range(int channel) {
    return new ValueRange(-MEAN * SCALE, (1 - MEAN) * SCALE);
  }

  @Override
  public SampleSplit train() {
    return train;
  }

  @Override
  public SampleSplit test() {
    return test;
  }

  private record Split(long seed, long stream, long count, float mislabelled)
      implements SampleSplit {

    @Override
    public int read(long id, float[] into, int offset) {
      Draw draw = draw(id);
      paint(draw.random(), draw.symbol(), draw.hard()).copyTo(into, offset, MEAN, SCALE);
      return draw.label();
    }

    @Override
    public int label(long id) {
      return draw(id).label();
    }

    private Draw draw(long id) {
      if (id < 0) {
        throw new UserError("The dataset glyphs has no sample " + id + ": ids begin at 0.");
      }
      SplitMix random = new SplitMix(seed, stream, id);
      int classes = GlyphShapes.SYMBOLS.length();
      int symbol = random.below(classes);
      float kind = random.uniform();
      int wrong = (symbol + 1 + random.below(classes - 1)) % classes;
      return new Draw(random, symbol, kind < HARD, kind >= 1 - mislabelled ? wrong : symbol);
    }
  }

  /**
   * What is decided of an image before it is painted.
   *
   * @param random goes on to decide how it is painted
   */
  private record Draw(SplitMix random, int symbol, boolean hard, int label) {}

  private static GlyphCanvas paint(SplitMix random, int label, boolean hard) {
    float strength = hard ? 1 : 0.6f;
    float height = SIDE * random.uniform(hard ? .45f : .55f, hard ? .8f : .75f);
    float width = height * random.uniform(.7f, hard ? 1.1f : .85f);
    float angle = strength * random.uniform(-.45f, .45f);
    float shear = strength * random.uniform(-.4f, .4f);
    float shiftX = SIDE * (.5f + strength * random.uniform(-.12f, .12f));
    float shiftY = SIDE * (.5f + strength * random.uniform(-.12f, .12f));
    float radius = random.uniform(hard ? .5f : .9f, hard ? 1.8f : 1.4f);
    float cos = (float) StrictMath.cos(angle);
    float sin = (float) StrictMath.sin(angle);

    float xx = cos * width;
    float xy = (cos * shear - sin) * height;
    float yx = sin * width;
    float yy = (sin * shear + cos) * height;

    GlyphCanvas canvas = new GlyphCanvas();
    float[] segments = GlyphShapes.segments(label);
    for (int i = 0; i < segments.length; i += 4) {
      float x0 = segments[i] - .5f;
      float y0 = segments[i + 1] - .5f;
      float x1 = segments[i + 2] - .5f;
      float y1 = segments[i + 3] - .5f;
      canvas.segment(
          shiftX + xx * x0 + xy * y0,
          shiftY + yx * x0 + yy * y0,
          shiftX + xx * x1 + xy * y1,
          shiftY + yx * x1 + yy * y1,
          radius);
    }
    canvas.ink(radius, random.uniform(hard ? .4f : .75f, 1));
    if (hard && random.uniform() < .5f) {
      canvas.erase(random.below(SIDE - 6), random.below(SIDE - 6), 6, 6 + random.below(4));
    }
    canvas.blur(random.uniform(0, hard ? .3f : .15f));
    canvas.addNoise(random, random.uniform(.02f, hard ? .3f : .08f));
    return canvas;
  }
}
