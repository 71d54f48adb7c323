package io.sluice.simulation;

import io.sluice.job.ingest.RawRecord;

/** Each loss in the log is applied, refused with a reason, or waits; none is lost or doubled. */
final class Accounts {

  private Accounts() {}

  static void check(SimulatedJob job, EventLog log) {
    long written = log.all().stream().map(RawRecord::value).mapToLong(Records::losses).sum();
    long accounted = job.accountedLosses();
    if (written != accounted) {
      throw new Violation(
          "each loss is applied, refused or waits",
          written + " were written, " + accounted + " accounted for: " + job.counters().snapshot());
    }
  }
}
