package io.sluice.job.difficulty;

import io.sluice.job.difficulty.PageCodes.Tally;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.TestingLosses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Difficulty codes to test with. */
public final class TestingCodes {

  private TestingCodes() {}

  /** A part of so many full pages, all of whose samples were measured in the epoch just closed. */
  public static CodesPart part(int pages, long seed) {
    float[] losses = TestingLosses.logNormal(pages * Page.SIZE, seed);
    Tally tally = new Tally(Detail.NONE, new Histogram());
    List<PageCodes> codes = new ArrayList<>();
    for (int number = 0; number < pages; number++) {
      int from = number * Page.SIZE;
      Page page =
          new Page(
              null,
              Arrays.copyOfRange(losses, from, from + Page.SIZE),
              allKnown(),
              null,
              null,
              null);
      codes.add(PageCodes.of(number, 0, 1, page, page.fold(1), tally));
    }
    return new CodesPart(1, 0, 0, 1, codes);
  }

  static long[] allKnown() {
    long[] known = new long[Page.WORDS];
    Arrays.fill(known, -1L);
    return known;
  }
}
