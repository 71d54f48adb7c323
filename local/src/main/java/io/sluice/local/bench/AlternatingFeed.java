package io.sluice.local.bench;

import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.SelectionFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Feeds a loop the same samples in every epoch, and reports the losses of every third one, in the
 * middle of those three. Nothing is awaited: the job's time is another bench's subject.
 */
final class AlternatingFeed implements SelectionFeed {

  private final SelectionClient client;
  private final long[] ids;
  private boolean reporting;
  private int reported;

  AlternatingFeed(SelectionClient client, long samples, long seed) {
    this.client = client;
    List<Long> shuffled = new ArrayList<>(LongStream.range(0, samples).boxed().toList());
    Collections.shuffle(shuffled, new Random(seed));
    this.ids = shuffled.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public EpochSamples await(int epoch) {
    reporting = epoch % 3 == 1;
    return new EpochSamples(epoch, ids, null, ids.length, ids.length, Duration.ZERO, Duration.ZERO);
  }

  @Override
  public void report(long[] batch, float[] losses, int count) {
    if (reporting) {
      client.report(reported, batch, losses, count);
    }
  }

  @Override
  public void endEpoch(int epoch) throws InterruptedException {
    if (reporting) {
      client.endEpoch(reported++);
    }
  }
}
