package io.sluice.agent.client;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Tells people of one wait that takes long: every ten seconds, and from a minute on as a warning.
 */
final class WaitLog {

  private static final Duration INFO_INTERVAL = Duration.ofSeconds(10);
  private static final Duration WARN_INTERVAL = Duration.ofMinutes(1);

  private final Logger log;
  private final LongSupplier nanoTime;
  private final String awaited;
  private final String remedy;
  private final long start;
  private Duration next = INFO_INTERVAL;

  /**
   * Begins a wait.
   *
   * @param awaited what is waited for
   * @param remedy what to look at when it does not come
   */
  WaitLog(Logger log, LongSupplier nanoTime, String awaited, String remedy) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.awaited = awaited;
    this.remedy = remedy;
    this.start = nanoTime.getAsLong();
  }

  Duration waited() {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /** Says what is missing, if it is time to. */
  void stillMissing(Supplier<String> missing) {
    Duration waited = waited();
    if (waited.compareTo(next) < 0) {
      return;
    }
    if (waited.compareTo(WARN_INTERVAL) < 0) {
      log.info("waiting for {} for {} s: {}", awaited, waited.toSeconds(), missing.get());
      next = next.plus(INFO_INTERVAL);
    } else {
      log.warn(
          "waiting for {} for {} s: {}; {}", awaited, waited.toSeconds(), missing.get(), remedy);
      next = next.plus(WARN_INTERVAL);
    }
  }
}
