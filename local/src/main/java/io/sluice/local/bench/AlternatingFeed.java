package io.sluice.local.bench;

import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.SelectionFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * Feeds a loop the same samples in every epoch, and reports the losses of the middle one of every
 * three: as an agent does, it ends the epoch in the log while the last part is trained. Selections
 * are not awaited; their time is another bench's subject.
 */
final class AlternatingFeed implements SelectionFeed {

  /** Without reporting, with it, without it. */
  static final int CYCLE = 3;

  /** An agent's default. */
  private static final double EARLY_CLOSE = 0.05;

  private final SelectionClient client;
  private final long[] ids;
  private final List<Double> speeds = new ArrayList<>();
  private boolean reporting;
  private int openEpoch;
  private long left;
  private long start;
  private CompletableFuture<Void> closed = CompletableFuture.completedFuture(null);

  AlternatingFeed(SelectionClient client, long samples, long seed) {
    this.client = client;
    List<Long> shuffled = new ArrayList<>(LongStream.range(0, samples).boxed().toList());
    Collections.shuffle(shuffled, new Random(seed));
    this.ids = shuffled.stream().mapToLong(Long::longValue).toArray();
  }

  /** By epoch, samples in a second, from the first batch until the epoch was ended in the log. */
  List<Double> speeds() {
    return speeds;
  }

  @Override
  public Optional<EpochSamples> await(int epoch) {
    reporting = epoch % CYCLE == 1;
    left = ids.length;
    start = System.nanoTime();
    return Optional.of(
        new EpochSamples(epoch, ids, null, 1, ids.length, ids.length, Duration.ZERO));
  }

  @Override
  public void report(long[] batch, float[] losses, int count) {
    if (!reporting) {
      return;
    }
    client.report(openEpoch, batch, losses, count);
    boolean before = left > EARLY_CLOSE * ids.length;
    left -= count;
    if (before && left <= EARLY_CLOSE * ids.length) {
      closed = client.closeEpoch(openEpoch++);
    }
  }

  @Override
  public void reportAgain(long[] batch, float[] losses, int count) {
    report(batch, losses, count); // never, for nothing is saved here
  }

  @Override
  public void endEpoch(int epoch) {
    closed.join();
    speeds.add(ids.length * 1e9 / (System.nanoTime() - start));
  }

  @Override
  public void awaitDelivery() {}
}
