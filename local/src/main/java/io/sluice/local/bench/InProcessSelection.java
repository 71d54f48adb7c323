package io.sluice.local.bench;

import io.sluice.job.SelectionOptions;
import io.sluice.job.selection.BandFilter;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Histogram;
import io.sluice.job.selection.Population;
import io.sluice.job.selection.SelectionPlan;
import io.sluice.job.selection.SelectionPlanner;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.job.selection.Spending;
import io.sluice.job.selection.Traits;
import io.sluice.protocol.config.RunConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The floor of a turnaround: the same maths on one thread, from losses in an array to a bit per
 * sample, with nothing distributed or durable about it.
 */
final class InProcessSelection {

  /** Enough for a figure per sample that does not depend on the number any more. */
  private static final long MOST_SAMPLES = 1 << 22;

  private final SelectionSettings settings;
  private final float[] losses;
  private final byte[] codes;
  private final long[] fresh;
  private final long[] selected;

  InProcessSelection(long samples, RunConfig config) {
    settings = SelectionOptions.from(config);
    int words = (int) ((Math.min(samples, MOST_SAMPLES) + Long.SIZE - 1) / Long.SIZE);
    losses = new float[words * Long.SIZE];
    codes = new byte[losses.length * Character.BYTES];
    fresh = new long[words];
    selected = new long[words];
    new LossGenerator(losses.length, 1).next(new long[losses.length], losses);
  }

  /** Makes a selection and returns the nanoseconds that a sample took. */
  double nanosPerSample(int epoch) {
    long start = System.nanoTime();
    Histogram histogram = new Histogram();
    ByteBuffer buffer = ByteBuffer.wrap(codes).order(ByteOrder.LITTLE_ENDIAN);
    for (float loss : losses) {
      char code = DifficultyCode.encode(loss);
      histogram.add(code);
      buffer.putChar(code);
    }
    SelectionPlan plan =
        SelectionPlanner.plan(
            epoch, Population.of(histogram.toSparse()), 0, Spending.NONE, settings);
    new BandFilter(plan, settings.seed())
        .select(
            0,
            1,
            codes,
            new Traits(fresh, null, null),
            new long[][] {selected},
            0,
            selected.length);
    return (double) (System.nanoTime() - start) / losses.length;
  }
}
