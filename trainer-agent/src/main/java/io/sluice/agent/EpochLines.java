package io.sluice.agent;

import io.sluice.agent.train.EpochAverages;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.Sync;
import io.sluice.agent.train.TrainingListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

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
  public void modelTaken(Sync sync) {
    out.printf(Locale.ROOT, "goes on from the model of all agents at %s%n", sync);
    out.flush();
  }

  @Override
  public void epochDone(EpochResult result) {
    long dropped = lossesDropped.getAsLong();
    out.printf(
        Locale.ROOT,
        "epoch %d: selected %,d of %,d, trained %,d here, mean loss %.4f, test accuracy %.2f %%,"
            + " turnaround %d ms, gpu idle %d ms, %.0f samples/s%s%s%n",
        result.epoch(),
        result.selected(),
        result.known(),
        result.trained(),
        result.meanLoss(),
        100 * result.testAccuracy(),
        result.turnaround().toMillis(),
        result.gpuIdle().toMillis(),
        (result.trained() - result.resumed()) / Math.max(1e-9, result.trainTime().toNanos() / 1e9),
        averages(result.averages()),
        dropped == 0 ? "" : String.format(Locale.ROOT, ", %,d losses dropped so far", dropped));
    out.flush();
  }

  /** Nothing for an agent that trains alone. */
  private static String averages(EpochAverages averages) {
    if (averages.syncs() == 0) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        ", averaged %sover %d agent%s in %d ms%s",
        averages.syncs() == 1 ? "" : averages.syncs() + " times ",
        averages.ranks(),
        averages.ranks() == 1 ? "" : "s",
        averages.time().toMillis(),
        averages.leftOut().isEmpty() ? "" : ", without rank " + ranks(averages.leftOut()));
  }

  private static String ranks(List<Integer> ranks) {
    return ranks.stream().map(String::valueOf).collect(Collectors.joining(" and "));
  }
}
