package io.sluice.job.selection;

/**
 * What is known of a page's samples beside their difficulty.
 *
 * @param fresh a bit per sample: whether it was measured in the epoch just closed
 * @param inclusion code of its {@link InclusionWeight}; null where all are 1
 * @param labels its class, or {@link #NO_LABEL}; null where none has one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Traits(long[] fresh, byte[] inclusion, char[] labels) {

  /** Stands for no class. */
  public static final char NO_LABEL = 0xFFFF;

  boolean isFresh(int sample) {
    return (fresh[sample >>> 6] & 1L << sample) != 0;
  }

  byte inclusion(int sample) {
    return inclusion == null ? InclusionWeight.ONE : inclusion[sample];
  }

  char label(int sample) {
    return labels == null ? NO_LABEL : labels[sample];
  }
}
