package io.sluice.agent;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Prints a line per epoch.
 *
 * @param lossesDropped how many losses were dropped so far
 */
record EpochLines(PrintWriter out, LongSupplier lossesDropped) implements TrainingListener {

  @Override
  public void epochInterrupted(int epoch, long samplesDone, long samplesTotal, boolean saved) {
    out.printf(
        Locale.ROOT,
        "stopped in epoch %d, after %,d of %,d samples; %s%n",
        epoch,
        samplesDone,
        samplesTotal,
        saved
            ? "the checkpoint goes on from there"
            : "without a checkpoint-dir they are trained again");
    out.flush();
  }

  @Override
  public void epochDone(EpochResult result) {
    long dropped = lossesDropped.getAsLong();
    out.printf(
        Locale.ROOT,
        "epoch %d: selected %,d of %,d, trained %,d here, mean loss %.4f, test accuracy %.2f %%,"
            + " turnaround %d ms, gpu idle %d ms, %.0f samples/s%s%n",
        result.epoch(),
        result.selected(),
        result.known(),
        result.trained(),
        result.meanLoss(),
        100 * result.testAccuracy(),
        result.turnaround().toMillis(),
        result.gpuIdle().toMillis(),
        (result.trained() - result.resumed()) / Math.max(1e-9, result.trainTime().toNanos() / 1e9),
        dropped == 0 ? "" : String.format(Locale.ROOT, ", %,d losses dropped so far", dropped));
    out.flush();
  }
}
