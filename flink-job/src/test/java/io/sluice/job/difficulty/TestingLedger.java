package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.difficulty.Verdict.Refused;
import io.sluice.job.ingest.Rejection;
import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.job.ingest.TestingEvents;

/** A ledger of two ranks, and what they say to it. */
abstract class TestingLedger {

  final TestingEvents agents = new TestingEvents(0, 2);

  final EpochLedger ledger = new EpochLedger();

  void startEpochZero() {
    accept(agents.join(0, 0));
    accept(agents.join(1, 0));
    accept(agents.end(0, -1));
    accept(agents.end(1, -1));
    ledger.close();
  }

  /** Agents whose records come after those of the others, and so have newer incarnations. */
  static TestingEvents laterAgents(int worldSize) {
    TestingEvents later = new TestingEvents(0, worldSize);
    for (int i = 0; i < 50; i++) {
      later.samples(0, 0, 1);
    }
    return later;
  }

  Verdict judge(ShardEvent event) {
    if (event instanceof Losses losses) {
      return ledger.losses(losses);
    } else if (event instanceof EpochEnded end) {
      return ledger.end(end);
    } else if (event instanceof Joined join) {
      return ledger.join(join);
    }
    return ledger.declare((MembersDeclared) event);
  }

  void accept(ShardEvent event) {
    assertThat(judge(event)).isEqualTo(Verdict.ACCEPTED);
  }

  void refuse(ShardEvent event, Rejection reason) {
    assertThat(judge(event))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }
}
