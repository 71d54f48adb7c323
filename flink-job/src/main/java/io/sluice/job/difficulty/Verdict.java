package io.sluice.job.difficulty;

import io.sluice.job.ingest.Rejection;

/** What the ledger decides on an event. */
sealed interface Verdict {

  /** The event holds now. */
  record Accepted() implements Verdict {}

  /** The event belongs to an epoch that opens later; it waits until then. */
  record Deferred() implements Verdict {}

  /** The event is refused, or repeats what is known. */
  record Refused(Rejection reason, String detail) implements Verdict {}

  Verdict ACCEPTED = new Accepted();
  Verdict DEFERRED = new Deferred();

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a dependency of its own
  static Verdict refused(Rejection reason, String detail, Object... values) {
    return new Refused(reason, String.format(detail, values));
  }
}
