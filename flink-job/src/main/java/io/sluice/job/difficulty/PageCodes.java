package io.sluice.job.difficulty;

import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.Traits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The difficulty codes of one page at an epoch's close. Immutable.
 *
 * @param page number of the page; its first sample has local index page × {@value Page#SIZE}
 * @param codes a 16-bit {@link DifficultyCode} per sample, little-endian
 * @param traits what else the selector needs to know of them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PageCodes(long page, byte[] codes, Traits traits) {

  /** Samples in a page. */
  public static final int SIZE = Page.SIZE;

  static final int CODE_BYTES = Page.SIZE * Character.BYTES;

  private static final VarHandle CHARS =
      MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Encodes a folded page and counts it.
   *
   * @param firstId id of the page's first sample
   * @param stride what each id has over the one before
   * @param fresh a bit per sample: whether it was measured in the epoch just closed
   * @param tally gets what there is
   */
  static PageCodes of(long number, long firstId, int stride, Page page, long[] fresh, Tally tally) {
    byte[] codes = new byte[CODE_BYTES]; // zero is DifficultyCode.ABSENT
    float[] difficulties = page.committed();
    Detail detail = tally.detail;
    Traits traits =
        new Traits(
            fresh,
            detail.inclusion() ? page.inclusionWeights(detail.weightCap()) : null,
            detail.labels() ? page.labels() : null);
    tally.retired += page.retiredCount();
    Histogram histogram = tally.histogram;
    for (int word = 0; word < Page.WORDS; word++) {
      long known = page.known()[word];
      tally.known += Long.bitCount(known);
      for (; known != 0; known &= known - 1) {
        int slot = word * Long.SIZE + Long.numberOfTrailingZeros(known);
        char code;
        if (difficulties == null || Float.isNaN(difficulties[slot])) {
          tally.unseen++;
          code = DifficultyCode.UNSEEN;
        } else {
          code = DifficultyCode.encode(difficulties[slot]);
          histogram.add(code);
        }
        CHARS.set(codes, slot * Character.BYTES, code);
      }
    }
    PageCodes coded = new PageCodes(number, codes, traits);
    // In loops of their own: together they would be too large for the compiler to make fast.
    coded.findHardest(firstId, stride, tally.hardest);
    if (detail.freshness() || detail.labels()) {
      coded.countStrata(page, tally.strata);
    }
    return coded;
  }

  private void findHardest(long firstId, int stride, Hardest hardest) {
    int least = hardest.least();
    for (int slot = 0; slot < Page.SIZE; slot++) {
      int code = code(slot);
      if (code >= least && code <= DifficultyCode.MAX) {
        hardest.add(new HardSample(firstId + (long) slot * stride, code));
        least = hardest.least();
      }
    }
  }

  private void countStrata(Page page, StrataCounts strata) {
    for (int slot = 0; slot < Page.SIZE; slot++) {
      int code = code(slot);
      if (code >= DifficultyCode.MIN && code <= DifficultyCode.MAX) {
        strata.add((char) code, isFresh(slot), page.label(slot));
      }
    }
  }

  /** Code of a sample, {@link DifficultyCode#ABSENT} where there is none. */
  public int code(int slot) {
    return (char) CHARS.get(codes, slot * Character.BYTES);
  }

  /** Number of samples that there are. */
  public int known() {
    int known = 0;
    for (int slot = 0; slot < Page.SIZE; slot++) {
      known += code(slot) == DifficultyCode.ABSENT ? 0 : 1;
    }
    return known;
  }

  public boolean isFresh(int slot) {
    return (traits.fresh()[slot >>> 6] & 1L << slot) != 0;
  }

  /** What pages of a shard hold together, counted while they are encoded. */
  static final class Tally {
    final Detail detail;
    final Histogram histogram;
    final StrataCounts strata;
    final Hardest hardest = new Hardest();
    long known;
    long unseen;
    long retired;

    /**
     * @param histogram gets every measured sample
     */
    Tally(Detail detail, Histogram histogram) {
      this.detail = detail;
      this.histogram = histogram;
      this.strata = new StrataCounts(detail);
    }
  }
}
