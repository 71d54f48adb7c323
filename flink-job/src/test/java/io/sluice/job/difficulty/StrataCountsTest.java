package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.InclusionWeight;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrataCountsTest {

  private static final char ONE = DifficultyCode.encode(1);
  private static final char TWO = DifficultyCode.encode(2);

  @Test
  void whatDoesNotFitAtOnceIsCountedTogether() {
    StrataCounts counts = new StrataCounts(new Detail(true, false, true, InclusionWeight.ONE));
    int samples = 2_500_000;
    for (int i = 0; i < samples; i++) {
      counts.add(i % 5 == 0 ? TWO : ONE, i % 2 == 0, (char) (i % 10 < 5 ? 3 : 65_534));
    }

    Map<Stratum, SparseHistogram> strata = counts.strata();

    assertThat(strata).hasSize(4);
    long all = strata.values().stream().mapToLong(SparseHistogram::total).sum();
    assertThat(all).isEqualTo(samples);
    // Of ten samples: 0, 2 and 4 are fresh and of class 3, and of these 0 has difficulty 2.
    assertThat(strata.get(new Stratum(3, Freshness.FRESH)))
        .isEqualTo(
            new SparseHistogram(
                new char[] {ONE, TWO}, new long[] {samples * 2L / 10, samples / 10}));
    assertThat(strata.get(new Stratum(65_534, Freshness.STALE)).total())
        .as("5, 7 and 9")
        .isEqualTo(samples * 3L / 10);
  }

  @Test
  void onlyWhatIsAskedForIsToldApart() {
    StrataCounts counts = new StrataCounts(new Detail(false, false, true, InclusionWeight.ONE));
    counts.add(ONE, true, (char) 3);
    counts.add(ONE, false, (char) 3);
    counts.add(TWO, false, Page.NO_LABEL);

    assertThat(counts.strata()).containsOnlyKeys(new Stratum(3, Freshness.ANY), Stratum.ALL);
  }
}
