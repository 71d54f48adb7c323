package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PageTest {

  private final Page page = new Page();

  @Test
  void takesAFirstLossAsItIsWhateverTheSmoothing() {
    page.measure(5, 2f);
    page.fold(0.25f);
    assertThat(page.difficulty(5)).isEqualTo(2f);
  }

  @Test
  void movesADifficultyTowardsTheNewestLossByTheSmoothing() {
    page.measure(5, 2f);
    page.fold(0.25f);
    page.measure(5, 4f);
    page.fold(0.25f);
    assertThat(page.difficulty(5)).isEqualTo(2.5f);
  }

  @Test
  void replacesTheDifficultyByTheLastLossWithSmoothingOne() {
    page.measure(5, 0.1f);
    page.fold(1);
    page.measure(5, 0.7f);
    page.measure(5, 0.3f);
    page.fold(1);
    assertThat(page.difficulty(5)).isEqualTo(0.3f);
  }

  @Test
  void keepsTheDifficultyOfASampleThatWasNotMeasured() {
    page.measure(5, 2f);
    page.fold(1);
    page.fold(1);
    assertThat(page.difficulty(5)).isEqualTo(2f);
  }

  @Test
  void tellsFreshSamplesFromStaleOnes() {
    page.measure(1, 1f);
    page.fold(1);
    page.measure(64, 1f);
    long[] fresh = page.fold(1);

    assertThat(fresh[0]).isZero();
    assertThat(fresh[1]).isEqualTo(1L);
    assertThat(page.openLoss(64)).isNaN();
  }

  @Test
  void knowsDeclaredSamplesWithoutALoss() {
    page.knowRange(63, 66);

    assertThat(page.isKnown(62)).isFalse();
    assertThat(page.isKnown(63)).isTrue();
    assertThat(page.isKnown(65)).isTrue();
    assertThat(page.isKnown(66)).isFalse();
    assertThat(page.difficulty(65)).isNaN();
  }

  @Test
  void comesThroughItsSerializerUnchanged() throws IOException {
    page.measure(0, -1f);
    page.fold(1);
    page.measure(Page.SIZE - 1, 3f);
    page.know(100);

    Page copy = TestingSerde.roundTrip(new PageSerializer(), page);

    assertThat(copy.committed()).isEqualTo(page.committed());
    assertThat(copy.current()).isEqualTo(page.current());
    assertThat(copy.known()).isEqualTo(page.known());
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).hasSize(4096 * 8 + 512);
  }

  @Test
  void isCopiedDeeplyForSnapshots() {
    page.measure(0, 1f);
    Page copy = new PageSerializer().copy(page);
    page.measure(0, 2f);
    page.fold(1);

    assertThat(copy.openLoss(0)).isEqualTo(1f);
    assertThat(copy.difficulty(0)).isNaN();
  }
}
