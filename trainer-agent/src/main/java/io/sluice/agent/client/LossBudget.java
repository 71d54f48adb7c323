package io.sluice.agent.client;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds how many losses are held that Kafka has not taken yet. */
final class LossBudget {

  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  LossBudget(long capacity) {
    this.capacity = capacity;
  }

  /** Takes in up to so many losses and returns how many there was room for. */
  int admit(int count) {
    while (true) {
      long before = held.get();
      int admitted = (int) Math.min(count, Math.max(0, capacity - before));
      if (held.compareAndSet(before, before + admitted)) {
        return admitted;
      }
    }
  }

  void release(long count) {
    held.addAndGet(-count);
  }

  long held() {
    return held.get();
  }
}
