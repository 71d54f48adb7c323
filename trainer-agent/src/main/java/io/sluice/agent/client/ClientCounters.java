package io.sluice.agent.client;

import java.util.concurrent.atomic.LongAdder;

/** The running counts behind {@link ClientMetrics}. */
final class ClientCounters {

  final LongAdder lossesReported = new LongAdder();
  final LongAdder lossesSent = new LongAdder();
  final LongAdder lossesDropped = new LongAdder();
  final LongAdder recordsSent = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder chunksRead = new LongAdder();
  final LongAdder bytesRead = new LongAdder();
  final LongAdder repeatsDropped = new LongAdder();

  ClientMetrics snapshot() {
    return new ClientMetrics(
        lossesReported.sum(),
        lossesSent.sum(),
        lossesDropped.sum(),
        recordsSent.sum(),
        bytesSent.sum(),
        chunksRead.sum(),
        bytesRead.sum(),
        repeatsDropped.sum());
  }
}
