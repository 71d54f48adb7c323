package io.sluice.job.select;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.KeepHash;
import io.sluice.protocol.Sharding;
import java.util.Arrays;
import org.apache.flink.api.common.state.MapState;

/**
 * Suspects samples to be mislabelled that are always among the hardest: those that were in the
 * hardest cluster each of the last so many times they were measured. They are left out of
 * selections, but for one in so many, chosen by hash, in which they are measured again; whoever is
 * easier then is released.
 *
 * <p>State, by shard and kept for the run: a byte per sample, for how many measurements in a row it
 * has been among the hardest.
 */
final class Quarantine {

  private static final int MOST = 255;

  /** A bit per sample of a part. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Held(long[] held, long[] measuredAgain) {}

  private final int limit;
  private final long seed;
  private final Sharding sharding;
  private final MapState<Long, byte[]> streaks;

  /**
   * @param limit after how many measurements a sample is suspected, 1 to {@value #MOST}
   * @param streaks by page number
   */
  Quarantine(int limit, long seed, Sharding sharding, MapState<Long, byte[]> streaks) {
    this.limit = limit;
    this.seed = seed;
    this.sharding = sharding;
    this.streaks = streaks;
  }

  /**
   * Counts the epoch just closed, and says whom it holds.
   *
   * @param hardestFrom least difficulty code of the hardest cluster; -1 if there is none
   */
  Held judge(CodesPart part, int hardestFrom) throws Exception {
    int pages = part.pages().size();
    long firstPage = pages == 0 ? 0 : part.pages().get(0).page();
    int span = pages == 0 ? 0 : (int) (part.pages().get(pages - 1).page() - firstPage) + 1;
    long[] held = new long[span * (PageCodes.SIZE / Long.SIZE)];
    long[] again = new long[held.length];
    long stream = KeepHash.quarantineStream(seed, part.epoch());
    long threshold = KeepHash.threshold(1.0 / limit);
    for (PageCodes page : part.pages()) {
      byte[] counts = count(page, hardestFrom);
      int base = (int) (page.page() - firstPage) * PageCodes.SIZE;
      for (int slot = 0; counts != null && slot < PageCodes.SIZE; slot++) {
        if (Byte.toUnsignedInt(counts[slot]) >= limit) {
          set(held, base + slot);
          long id = sharding.sampleId(part.shard(), page.page() * PageCodes.SIZE + slot);
          if (Long.compareUnsigned(KeepHash.hash(stream, id), threshold) < 0) {
            set(again, base + slot);
          }
        }
      }
    }
    return new Held(held, again);
  }

  /** Returns the page's counts with the epoch just closed, null where all are 0. */
  private byte[] count(PageCodes page, int hardestFrom) throws Exception {
    byte[] before = streaks.get(page.page());
    byte[] now = before == null ? new byte[PageCodes.SIZE] : before.clone();
    boolean any = false;
    for (int slot = 0; slot < PageCodes.SIZE; slot++) {
      int code = page.code(slot);
      if (code == DifficultyCode.ABSENT) {
        now[slot] = 0;
      } else if (page.isFresh(slot) && hardestFrom >= 0) {
        boolean hardest = code >= hardestFrom && code != DifficultyCode.UNSEEN;
        now[slot] = hardest ? (byte) Math.min(MOST, Byte.toUnsignedInt(now[slot]) + 1) : 0;
      }
      any |= now[slot] != 0;
    }
    if (!any) {
      streaks.remove(page.page());
      return null;
    }
    if (!Arrays.equals(now, before)) {
      streaks.put(page.page(), now);
    }
    return now;
  }

  private static void set(long[] bits, int sample) {
    bits[sample >>> 6] |= 1L << sample;
  }
}
