package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.ingest.TestingDecoder.Refusal;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of records with samples; they are read from partition 1, which holds shards 1 and 3. */
class SamplesDecoderTest {

  private final TestingDecoder decoded = new TestingDecoder();
  private final List<ShardEvent> events = decoded.events;
  private final List<Refusal> refusals = decoded.refusals;

  @Test
  void readsDeclaredSamples() {
    SamplesAdded.Builder added =
        SamplesAdded.newBuilder()
            .setShard(3)
            .setFromEpoch(2)
            .addRanges(IndexRange.newBuilder().setFirst(10).setCount(5))
            .setDatasetSize(60);
    decode(added);

    SamplesDeclared samples = (SamplesDeclared) events.get(0);
    assertThat(samples.fromEpoch()).isEqualTo(2);
    assertThat(samples.firsts()).containsExactly(10);
    assertThat(samples.counts()).containsExactly(5);
    assertThat(samples.datasetSize()).isEqualTo(60);
  }

  @Test
  void readsRetiredSamples() {
    IndexRange.Builder range = IndexRange.newBuilder().setFirst(10).setCount(5);
    decode(SamplesRetired.newBuilder().setShard(3).addRanges(range));

    ShardEvent.SamplesRetired samples = (ShardEvent.SamplesRetired) events.get(0);
    assertThat(samples.shard()).isEqualTo(3);
    assertThat(samples.firsts()).containsExactly(10);
    assertThat(samples.counts()).containsExactly(5);

    decode(SamplesRetired.newBuilder().setShard(2).addRanges(range));
    decoded.assertRefused(Rejection.WRONG_SHARD, 1);
    refusals.clear();
    decode(SamplesRetired.newBuilder().setShard(3).addRanges(range.setFirst(-1)));
    decoded.assertRefused(Rejection.BAD_RANGE, 1);
    assertThat(events).hasSize(1);
  }

  @Test
  void refusesRangesThatAreEmptyNegativeOrTooLarge() {
    for (long[] range :
        new long[][] {{0, 0}, {-1, 1}, {0, -1}, {0, (1L << 24) + 1}, {1L << 56, 1}}) {
      refusals.clear();
      SamplesAdded.Builder added =
          SamplesAdded.newBuilder()
              .setShard(3)
              .addRanges(IndexRange.newBuilder().setFirst(range[0]).setCount(range[1]));
      decode(added);
      decoded.assertRefused(Rejection.BAD_RANGE, 1);
    }
    assertThat(events).isEmpty();
  }

  @Test
  void refusesRecordsThatNameNoSamples() {
    decode(SamplesRetired.newBuilder().setShard(3));
    decoded.assertRefused(Rejection.BAD_RANGE, 1);
    refusals.clear();
    SamplesAdded.Builder added = SamplesAdded.newBuilder().setShard(3);
    decode(added);
    decoded.assertRefused(Rejection.BAD_RANGE, 1);
    assertThat(events).isEmpty();

    added.setDatasetSize(5);
    decode(added);
    assertThat(events).as("only tells how large the dataset is").hasSize(1);
  }

  @Test
  void refusesRangesThatAreTooLargeTogether() {
    IndexRange.Builder half = IndexRange.newBuilder().setCount((1L << 23) + 1);
    SamplesAdded.Builder added =
        SamplesAdded.newBuilder().setShard(3).addRanges(half).addRanges(half);
    decode(added);
    decoded.assertRefused(Rejection.BAD_RANGE, 1);
  }

  @Test
  void takesTheClassesOfDeclaredSamples() {
    decode(declared().addAllLabels(List.of(0, 65_534, 3)));
    decode(declared());

    assertThat(events)
        .extracting(event -> ((SamplesDeclared) event).labels())
        .containsExactly(new char[] {0, 65_534, 3}, null);
  }

  @Test
  void refusesLabelsThatAreNotOneForEachOrTooLarge() {
    decode(declared().addAllLabels(List.of(1, 2)));
    decoded.assertRefused(Rejection.BAD_LABEL, 1);
    assertThat(refusals.get(0).detail()).isEqualTo("2 labels for 3 samples");

    refusals.clear();
    decode(declared().addAllLabels(List.of(1, 2, 65_535)));
    decoded.assertRefused(Rejection.BAD_LABEL, 1);
    assertThat(events).isEmpty();
  }

  /** Three samples in two ranges. */
  private static SamplesAdded.Builder declared() {
    return SamplesAdded.newBuilder()
        .setShard(3)
        .addRanges(IndexRange.newBuilder().setFirst(5).setCount(2))
        .addRanges(IndexRange.newBuilder().setFirst(9).setCount(1));
  }

  private void decode(SamplesAdded.Builder samples) {
    decode(LossEvent.newBuilder().setVersion(1).setSamplesAdded(samples).build().toByteArray());
  }

  private void decode(SamplesRetired.Builder samples) {
    decode(LossEvent.newBuilder().setVersion(1).setSamplesRetired(samples).build().toByteArray());
  }

  private void decode(byte[] value) {
    decoded.decode(new RawRecord(new Position(1, 77, 123), value), false);
  }
}
