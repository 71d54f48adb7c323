package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BandTest {
  @Test
  void changesOnlyWhatIsAskedFor() {
    Band band = new Band(2000, 3000, Freshness.STALE, 0.25, 0.75, 0.5, 2, true);

    assertThat(band.split(0, 0.5))
        .isEqualTo(new Band(2000, 3000, Freshness.STALE, 0, 0.5, 0.5, 2, true));
    assertThat(band.unpruned())
        .isEqualTo(new Band(2000, 3000, Freshness.STALE, 0.25, 0.75, 1, 1, true));
  }

  @ParameterizedTest
  @CsvSource({
    "1023, 3000, 0, 1, 0.5, 1", // 1024 is the least finite code
    "2000, 64512, 0, 1, 0.5, 1", // 64511 is the greatest
    "2001, 2000, 0, 1, 0.5, 1",
    "2000, 3000, -0.1, 1, 0.5, 1",
    "2000, 3000, 0, 1.1, 0.5, 1",
    "2000, 3000, 0.5, 0.5, 0.5, 1",
    "2000, 3000, NaN, 1, 0.5, 1",
    "2000, 3000, 0, 1, -0.1, 1",
    "2000, 3000, 0, 1, 1.1, 1",
    "2000, 3000, 0, 1, NaN, 1",
    "2000, 3000, 0, 1, 0.5, 0",
    "2000, 3000, 0, 1, 0.5, NaN",
    "2000, 3000, 0, 1, 0.5, Infinity"
  })
  void refusesWhatIsNoBand(
      int lower, int upper, double from, double to, double keep, float weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Band(lower, upper, Freshness.ANY, from, to, keep, weight, false));
  }
}
