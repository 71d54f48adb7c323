package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.job.selection.InclusionWeight;
import io.sluice.protocol.UserError;
import org.junit.jupiter.api.Test;

class HeapGuardTest {

  private static final long PAGES = 1000;

  /** Heap whose nine tenths just hold so many pages, at 11 bytes a sample. */
  private static final long HEAP = (long) Math.ceil(PAGES * Page.SIZE * 11 / 0.9);

  private final HeapGuard.Tally all = new HeapGuard.Tally();

  @Test
  void saysWhatDoesNotFitAndBothWaysOut() {
    HeapGuard guard = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    guard.holds(0, PAGES);

    assertThatThrownBy(() -> guard.grow(1))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(
            "4,100,096 samples",
            "does not fit: its heap has 0.1 GB",
            "more task managers",
            "rocksdb");
  }

  @Test
  void countsAllSubtasksOfTheProcessTogetherAsLongAsTheyLive() {
    HeapGuard other = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    HeapGuard guard = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    other.holds(0, PAGES / 2);
    guard.holds(1, PAGES / 2);
    assertThatThrownBy(() -> guard.grow(3)).isInstanceOf(UserError.class);

    guard.close();
    assertThat(all.pages).hasValue(PAGES / 2);
    assertThatCode(() -> other.grow(0)).doesNotThrowAnyException();
    other.close();
    assertThat(all.pages).hasValue(0);
  }

  @Test
  void countsAShardOnceHoweverOftenItSaysHowManyPagesItHas() {
    HeapGuard guard = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    guard.grow(5);
    guard.holds(5, 700);
    guard.holds(5, 700);
    guard.holds(5, 701);
    assertThat(all.pages).hasValue(701);
  }

  @Test
  void warnsOnceInAProcessUntilAllOfItIsFreed() {
    HeapGuard other = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    HeapGuard guard = new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE, all);
    guard.holds(0, PAGES / 2);
    assertThat(all.warned).isFalse();
    other.holds(1, PAGES / 3); // 11 bytes a sample fit, 15 do not
    assertThat(all.warned).isTrue();

    guard.close();
    assertThat(all.warned).isTrue();
    other.close();
    assertThat(all.warned).isFalse();
  }

  @Test
  void doesNotWatchStateThatIsElsewhere() {
    assertThatCode(() -> HeapGuard.none().holds(0, 1L << 40)).doesNotThrowAnyException();
  }

  @Test
  void detailTakesMoreOfTheHeap() {
    Detail detail = new Detail(true, true, true, InclusionWeight.atMost(10));
    HeapGuard guard =
        new HeapGuard(HEAP, HeapGuard.BYTES_PER_SAMPLE + detail.bytesPerSample(), all);
    long pages = (long) (HEAP * 0.9 / HeapGuard.BYTES_PER_SAMPLE / Page.SIZE);

    assertThatCode(() -> guard.holds(0, (long) (pages * 11 / 18.0) - 1)).doesNotThrowAnyException();
    assertThatThrownBy(() -> guard.holds(0, pages - 1)).isInstanceOf(UserError.class);
  }
}
