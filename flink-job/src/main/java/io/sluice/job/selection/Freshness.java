package io.sluice.job.selection;

/** Which samples a band is for: whether they were measured in the epoch just closed. */
public enum Freshness {
  /** Measured in whichever epoch. */
  ANY,
  /** Measured in the epoch just closed. */
  FRESH,
  /** Measured, but not in the epoch just closed. */
  STALE;

  boolean holds(boolean fresh) {
    return this == ANY || fresh == (this == FRESH);
  }
}
