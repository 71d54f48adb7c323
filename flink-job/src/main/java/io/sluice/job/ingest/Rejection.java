package io.sluice.job.ingest;

import io.sluice.job.metrics.JobMetrics;
import org.apache.flink.metrics.MetricGroup;

/** Why a record, or a part of one, is not applied; docs/protocol.md explains each to clients. */
public enum Rejection {
  OVERSIZED("oversized"),
  UNDECODABLE("undecodable"),
  UNKNOWN_VERSION("unknown-version"),
  NO_EVENT("no-event"),
  WRONG_SHARD("wrong-shard"),
  WRONG_SHARDS("wrong-shards"),
  WRONG_WORLD("wrong-world"),
  NEGATIVE_INDEX("negative-index"),
  INDEX_TOO_LARGE("index-too-large"),
  LENGTH_MISMATCH("length-mismatch"),
  BAD_RANGE("bad-range"),
  BAD_LABEL("bad-label"),
  BAD_EPOCH("bad-epoch"),
  BAD_RANK("bad-rank"),
  BAD_STEP("bad-step"),
  BAD_CHUNK("bad-chunk"),
  BAD_SAMPLES("bad-samples"),
  NON_FINITE_LOSS("non-finite-loss"),
  NO_RELATIVE_LOSS("no-relative-loss"),
  NON_FINITE_MODEL("non-finite-model"),
  UNKNOWN_SAMPLE("unknown-sample"),
  RETIRED_SAMPLE("retired-sample"),
  LATE_LOSS("late-loss"),
  EARLY_LOSS("early-loss"),
  EARLY_END("early-end"),
  LATE_UPDATE("late-update"),
  WRONG_MODEL("wrong-model"),
  FENCED("fenced"),
  UNKNOWN_INCARNATION("unknown-incarnation"),
  NOT_A_MEMBER("not-a-member"),
  OLD_GENERATION("old-generation"),
  COUNT_MISMATCH("count-mismatch"),
  REPEATED_BATCH("repeated-batch"),
  REPEATED_END("repeated-end"),
  REPEATED_JOIN("repeated-join"),
  REPEATED_SAMPLES("repeated-samples"),
  REPEATED_MEMBERSHIP("repeated-membership"),
  REPEATED_UPDATE("repeated-update");

  private final String word;

  Rejection(String word) {
    this.word = word;
  }

  /** The reason as it stands in dead letters and metric names. */
  public String word() {
    return word;
  }

  /** Whether the record only says again what was said before: counted, but no dead letter. */
  public boolean isRepeat() {
    return switch (this) {
      case REPEATED_BATCH,
          REPEATED_END,
          REPEATED_JOIN,
          REPEATED_SAMPLES,
          REPEATED_MEMBERSHIP,
          REPEATED_UPDATE ->
          true;
      default -> false;
    };
  }

  /** One counter per reason. */
  public static JobMetrics.Rejected<Rejection> counters(MetricGroup operator) {
    return new JobMetrics.Rejected<>(operator, Rejection.class, Rejection::word);
  }
}
