package io.sluice.agent.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/** Gives each epoch the ids it was made with, and keeps what is reported. */
class TestingSelectionFeed implements SelectionFeed {
  private final IntFunction<long[]> selections;
  private final IntFunction<float[]> weights;
  final List<String> calls = new ArrayList<>();
  final Map<Integer, List<Long>> reportedIds = new HashMap<>();
  final Map<Integer, List<Float>> reportedLosses = new HashMap<>();
  private int epoch = -1;

  /** By epoch, number of ranks that share the selection. */
  IntUnaryOperator worldSizes = any -> 1;

  /** A clock that stands still but for the feed's own calls: 5 ms, 3 ms and 4 ms. */
  long nanoTime;

  TestingSelectionFeed(IntFunction<long[]> selections, IntFunction<float[]> weights) {
    this.selections = selections;
    this.weights = weights;
  }

  TestingSelectionFeed(IntFunction<long[]> selections) {
    this(selections, epoch -> null);
  }

  @Override
  public Optional<EpochSamples> await(int wanted) throws InterruptedException {
    calls.add("await " + wanted);
    nanoTime += 5_000_000;
    epoch = wanted;
    reportedIds.put(wanted, new ArrayList<>());
    reportedLosses.put(wanted, new ArrayList<>());
    long[] ids = selections.apply(wanted);
    return Optional.of(
        new EpochSamples(
            wanted,
            ids,
            weights.apply(wanted),
            worldSizes.applyAsInt(wanted),
            2L * ids.length,
            10_000,
            Duration.ofMillis(3)));
  }

  @Override
  public void report(long[] ids, float[] losses, int count) {
    for (int i = 0; i < count; i++) {
      reportedIds.get(epoch).add(ids[i]);
      reportedLosses.get(epoch).add(losses[i]);
    }
  }

  @Override
  public void reportAgain(long[] ids, float[] losses, int count) {
    calls.add("again " + count);
    report(ids, losses, count);
  }

  @Override
  public void endEpoch(int ended) {
    calls.add("end " + ended);
    nanoTime += 3_000_000;
  }

  @Override
  public void awaitDelivery() {
    calls.add("deliver");
    nanoTime += 4_000_000;
  }

  long[] ids(int ofEpoch) {
    return reportedIds.get(ofEpoch).stream().mapToLong(Long::longValue).toArray();
  }

  /** The first {@code count} ids in an order that depends on the epoch. */
  static long[] shuffled(int count, int epoch) {
    long[] ids = new long[count];
    Arrays.setAll(ids, i -> (i * 7_919L + epoch * 31L) % count); // 7,919 is prime
    return ids;
  }
}
