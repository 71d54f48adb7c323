package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  @Test
  void countsWhatWasAddedAndCanBeUsedAgain() {
    Random random = new Random(2);
    Histogram histogram = new Histogram();
    for (int round = 0; round < 50; round++) {
      int width = 1 + random.nextInt(DifficultyCode.MAX - DifficultyCode.MIN + 1);
      TreeMap<Character, Long> expected = new TreeMap<>();
      int samples = random.nextInt(3000);
      for (int i = 0; i < samples; i++) {
        char code = (char) (DifficultyCode.MIN + random.nextInt(width));
        histogram.add(code);
        expected.merge(code, 1L, Long::sum);
      }

      SparseHistogram sparse = histogram.toSparse();

      assertThat(asMap(sparse)).isEqualTo(expected);
      assertThat(sparse.total()).isEqualTo(samples);
      assertThat(sparse.distinct()).isEqualTo(expected.size());
      histogram.clear();
      assertThat(histogram.toSparse()).isEqualTo(SparseHistogram.empty());
    }
  }

  @Test
  void mergesToTheSameInAnyOrder() {
    Random random = new Random(3);
    Histogram whole = new Histogram();
    List<SparseHistogram> parts = new ArrayList<>();
    for (int part = 0; part < 20; part++) {
      Histogram one = new Histogram();
      for (int i = 0; i < 500; i++) {
        char code = DifficultyCode.encode((float) random.nextGaussian());
        one.add(code);
        whole.add(code);
      }
      parts.add(one.toSparse());
    }
    Collections.shuffle(parts, random);
    Histogram merged = new Histogram();
    parts.forEach(merged::add);

    assertThat(merged.toSparse())
        .isEqualTo(whole.toSparse())
        .hasSameHashCodeAs(whole.toSparse())
        .isNotEqualTo(parts.get(0));
  }

  @ParameterizedTest
  @ValueSource(chars = {DifficultyCode.ABSENT, DifficultyCode.UNSEEN, 0x03FF, 0xFC00})
  void refusesCodesThatAreNoDifficulty(char code) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Histogram().add(code));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparseHistogram(new char[] {code}, new long[] {1}));
  }

  @Test
  void refusesBinsThatAreNotOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparseHistogram(new char[] {0x8000}, new long[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparseHistogram(new char[] {0x8000, 0x8000}, new long[] {1, 1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SparseHistogram(new char[] {0x8000}, new long[] {0}));
  }

  private static Map<Character, Long> asMap(SparseHistogram histogram) {
    TreeMap<Character, Long> map = new TreeMap<>();
    for (int i = 0; i < histogram.distinct(); i++) {
      map.put(histogram.codes()[i], histogram.counts()[i]);
    }
    return map;
  }
}
