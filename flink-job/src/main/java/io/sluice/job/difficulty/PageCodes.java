package io.sluice.job.difficulty;

import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Histogram;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The difficulty codes of one page at an epoch's close. Immutable.
 *
 * @param page number of the page; its first sample has local index page × {@value Page#SIZE}
 * @param codes a 16-bit {@link DifficultyCode} per sample, little-endian
 * @param fresh a bit per sample: whether it was measured in the epoch just closed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PageCodes(long page, byte[] codes, long[] fresh) {

  /** Samples in a page. */
  public static final int SIZE = Page.SIZE;

  static final int CODE_BYTES = Page.SIZE * Character.BYTES;

  private static final VarHandle CHARS =
      MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Encodes a folded page and counts it.
   *
   * @param histogram gets every measured sample
   * @param tally gets how many samples are known, how many of them have no loss yet, and how many
   *     were retired
   */
  static PageCodes of(long number, Page page, long[] fresh, Histogram histogram, Tally tally) {
    byte[] codes = new byte[CODE_BYTES]; // zero is DifficultyCode.ABSENT
    float[] difficulties = page.committed();
    tally.retired += page.retiredCount();
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
    return new PageCodes(number, codes, fresh);
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
    return (fresh[slot >>> 6] & 1L << slot) != 0;
  }

  /** Counts while pages are encoded. */
  static final class Tally {
    long known;
    long unseen;
    long retired;
  }
}
