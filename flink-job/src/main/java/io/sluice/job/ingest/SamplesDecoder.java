package io.sluice.job.ingest;

import io.sluice.job.ingest.LossEventDecoder.Output;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.List;
import java.util.stream.LongStream;

/** Of {@link LossEventDecoder}, what declares samples and retires them: ranges and classes. */
final class SamplesDecoder {

  private static final String NO_SAMPLES = "no range of samples";

  private final Sharding sharding;

  SamplesDecoder(Sharding sharding) {
    this.sharding = sharding;
  }

  void added(SamplesAdded added, Position at, Output out) {
    if (added.getDatasetSize() < 0) {
      out.reject(Rejection.BAD_RANGE, "a dataset_size of 2^63 or more", 1);
      return;
    }
    if (added.getRangesCount() == 0 && added.getDatasetSize() == 0) {
      out.reject(Rejection.BAD_RANGE, NO_SAMPLES, 1);
      return;
    }
    Ranges ranges = ranges(added.getShard(), added.getRangesList(), out);
    if (ranges != null && areLabels(added, ranges, out)) {
      out.event(
          new SamplesDeclared(
              added.getShard(),
              at,
              added.getFromEpoch(),
              ranges.firsts(),
              ranges.counts(),
              added.getDatasetSize(),
              labels(added)));
    }
  }

  void retired(SamplesRetired retired, Position at, Output out) {
    if (retired.getRangesCount() == 0) {
      out.reject(Rejection.BAD_RANGE, NO_SAMPLES, 1);
      return;
    }
    Ranges ranges = ranges(retired.getShard(), retired.getRangesList(), out);
    if (ranges != null) {
      out.event(
          new ShardEvent.SamplesRetired(retired.getShard(), at, ranges.firsts(), ranges.counts()));
    }
  }

  private static boolean areLabels(SamplesAdded added, Ranges ranges, Output out) {
    long samples = LongStream.of(ranges.counts()).sum();
    if (added.getLabelsCount() != 0 && added.getLabelsCount() != samples) {
      String detail = added.getLabelsCount() + " labels for " + samples + " samples";
      out.reject(Rejection.BAD_LABEL, detail, 1);
      return false;
    }
    for (int label : added.getLabelsList()) {
      if (label < 0 || label > Wire.MAX_LABEL) {
        String detail =
            "label " + Integer.toUnsignedString(label) + "; allowed: 0 to " + Wire.MAX_LABEL;
        out.reject(Rejection.BAD_LABEL, detail, 1);
        return false;
      }
    }
    return true;
  }

  private static char[] labels(SamplesAdded added) {
    if (added.getLabelsCount() == 0) {
      return null;
    }
    char[] labels = new char[added.getLabelsCount()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (char) added.getLabels(i);
    }
    return labels;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Ranges(long[] firsts, long[] counts) {}

  /** Returns null when a range is refused. */
  private Ranges ranges(int shard, List<IndexRange> ranges, Output out) {
    long total = 0;
    long[] firsts = new long[ranges.size()];
    long[] counts = new long[ranges.size()];
    for (int i = 0; i < firsts.length; i++) {
      IndexRange range = ranges.get(i);
      firsts[i] = range.getFirst();
      counts[i] = range.getCount();
      boolean good =
          firsts[i] >= 0
              && counts[i] >= 1
              && counts[i] <= Wire.MAX_SAMPLES_PER_RECORD
              && sharding.isLocalIndex(shard, firsts[i] + counts[i] - 1);
      total += good ? counts[i] : 0;
      if (!good || total > Wire.MAX_SAMPLES_PER_RECORD) {
        String detail =
            String.format(
                "range %d starts at %s with %s samples; indices are below 2^56, a record names at"
                    + " most %d samples",
                i,
                Long.toUnsignedString(firsts[i]),
                Long.toUnsignedString(counts[i]),
                Wire.MAX_SAMPLES_PER_RECORD);
        out.reject(Rejection.BAD_RANGE, detail, 1);
        return null;
      }
    }
    return new Ranges(firsts, counts);
  }
}
