package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GlyphSourceTest {
  private static final long SEED = 7;

  private final SampleSource source = new GlyphSource(SEED, 500);

  @Test
  void countsAndShape() {
    assertThat(source.train().count()).isEqualTo(500);
    assertThat(source.test().count()).isEqualTo(2_000);
    assertThat(source.shape()).isEqualTo(new SampleShape(1, 28, 28));
    assertThat(source.classes()).isEqualTo(26);
  }

  @Test
  void imageIsAFunctionOfSeedSplitAndId() {
    assertThat(read(new GlyphSource(SEED, 1).train(), 123)).isEqualTo(read(source.train(), 123));
    assertThat(read(new GlyphSource(8, 1).train(), 123)).isNotEqualTo(read(source.train(), 123));
    assertThat(read(source.test(), 123)).isNotEqualTo(read(source.train(), 123));
    assertThat(read(source.train(), 124)).isNotEqualTo(read(source.train(), 123));
  }

  @Test
  void concurrentReadersSeeTheSame() {
    var seen = new ConcurrentHashMap<Integer, float[]>();
    IntStream.range(0, 300).parallel().forEach(id -> seen.put(id, read(source.train(), id)));
    for (int id = 0; id < 300; id++) {
      assertThat(seen.get(id)).isEqualTo(read(source.train(), id));
    }
  }

  @Test
  void neverEnds() {
    float[] far = new float[784];
    int label = source.train().read(1L << 60, far, 0);
    assertThat(label).isBetween(0, 25);
    assertThat(far).isNotEqualTo(new float[784]);
  }

  @Test
  void writesOnlyItsOwnPart() {
    float[] into = new float[3 * 784];
    Arrays.fill(into, 99);
    source.train().read(5, into, 784);
    assertThat(Arrays.copyOfRange(into, 784, 1568)).isEqualTo(read(source.train(), 5));
    assertThat(into[783]).isEqualTo(99);
    assertThat(into[1568]).isEqualTo(99);
  }

  @Test
  void valuesAreNormalised() {
    double sum = 0;
    double squares = 0;
    for (int id = 0; id < 500; id++) {
      for (float value : read(source.train(), id)) {
        sum += value;
        squares += value * value;
      }
    }
    double mean = sum / (500 * 784);
    assertThat(mean).isCloseTo(0, within(0.05));
    assertThat(squares / (500 * 784) - mean * mean).isCloseTo(1, within(0.1));
  }

  /** The same id gives the same picture in a clean split, so a differing label is a wrong one. */
  @Test
  void aFewTrainingLabelsAreWrongAndNoTestLabel() {
    var seen = new int[26];
    int wrong = 0;
    for (int id = 0; id < 20_000; id++) {
      int label = source.train().read(id, new float[784], 0);
      assertThat(source.train().label(id)).isEqualTo(label);
      int drawn = new SplitMix(SEED, 0, id).below(26);
      wrong += label == drawn ? 0 : 1;
      seen[label]++;
    }
    // 3 % of 20,000, four standard deviations of a binomial
    assertThat(wrong).isBetween(600 - 97, 600 + 97);
    assertThat(Arrays.stream(seen).boxed()).allMatch(count -> count >= 660 && count <= 880);
    for (int id = 0; id < 2_000; id++) {
      int label = source.test().read(id, new float[784], 0);
      assertThat(label).isEqualTo(new SplitMix(SEED, 1, id).below(26));
    }
  }

  /** Easy images resemble their class's mean image, and hard ones do not. */
  @Test
  void someImagesAreMuchHarderThanTheRest() {
    float[][] means = new float[26][784];
    int[] counts = new int[26];
    float[][] images = new float[2_000][];
    int[] labels = new int[2_000];
    for (int id = 0; id < 2_000; id++) {
      images[id] = read(source.test(), id);
      labels[id] = source.test().read(id, new float[784], 0);
      counts[labels[id]]++;
      for (int i = 0; i < 784; i++) {
        means[labels[id]][i] += images[id][i];
      }
    }
    for (int label = 0; label < 26; label++) {
      for (int i = 0; i < 784; i++) {
        means[label][i] /= counts[label];
      }
    }
    double[] likeness = new double[2_000];
    for (int id = 0; id < 2_000; id++) {
      likeness[id] = correlation(images[id], means[labels[id]]);
    }
    Arrays.sort(likeness);
    assertThat(likeness[100]).as("5th percentile").isLessThan(0.35);
    assertThat(likeness[1_000]).as("median").isGreaterThan(0.6);
  }

  private static double correlation(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    double meanA = IntStream.range(0, 784).mapToDouble(i -> a[i]).average().orElseThrow();
    double meanB = IntStream.range(0, 784).mapToDouble(i -> b[i]).average().orElseThrow();
    for (int i = 0; i < 784; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static float[] read(SampleSplit split, long id) {
    float[] values = new float[784];
    split.read(id, values, 0);
    return values;
  }
}
