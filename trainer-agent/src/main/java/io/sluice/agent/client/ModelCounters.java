package io.sluice.agent.client;

import java.util.concurrent.atomic.LongAdder;

/** The running counts behind {@link ModelMetrics}. */
final class ModelCounters {

  final LongAdder recordsSent = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder recordsRead = new LongAdder();
  final LongAdder bytesRead = new LongAdder();
  final LongAdder repeatsDropped = new LongAdder();

  ModelMetrics snapshot() {
    return new ModelMetrics(
        recordsSent.sum(),
        bytesSent.sum(),
        recordsRead.sum(),
        bytesRead.sum(),
        repeatsDropped.sum());
  }
}
