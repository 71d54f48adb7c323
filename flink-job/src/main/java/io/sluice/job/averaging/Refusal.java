package io.sluice.job.averaging;

import io.sluice.job.ingest.Rejection;

/**
 * Why something is not taken.
 *
 * @param detail the reason as a sentence
 */
record Refusal(Rejection reason, String detail) {

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a dependency of its own
  static Refusal of(Rejection reason, String detail, Object... values) {
    return new Refusal(reason, String.format(detail, values));
  }
}
