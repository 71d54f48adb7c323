package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.LossBatch;
import java.util.ArrayList;
import java.util.List;

/** What becomes of records of a run with four shards in two partitions. */
final class TestingDecoder implements LossEventDecoder.Output {

  record Refusal(Rejection reason, String detail, int count) {}

  final List<ShardEvent> events = new ArrayList<>();
  final List<Refusal> refusals = new ArrayList<>();

  void decode(RawRecord record, boolean relativeLosses) {
    new LossEventDecoder(new Sharding(4, 2), relativeLosses).decode(record, this);
  }

  void assertRefused(Rejection reason, int count) {
    assertThat(refusals)
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(reason);
              assertThat(refusal.count()).isEqualTo(count);
            });
  }

  @Override
  public void event(ShardEvent event) {
    events.add(event);
  }

  @Override
  public void reject(Rejection reason, String detail, int count) {
    refusals.add(new Refusal(reason, detail, count));
  }

  @Override
  public void rejectLosses(Rejection reason, String detail, LossBatch batch) {
    refusals.add(new Refusal(reason, detail, batch.getLossesCount()));
  }
}
