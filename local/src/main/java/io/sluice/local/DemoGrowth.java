package io.sluice.local;

import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.control.DatasetGrowth;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Samples that come while a demo trains.
 *
 * @param count how many, at least 1
 * @param epoch first epoch that may select them, at least 1
 */
record DemoGrowth(long count, int epoch) {

  private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,17})@([1-9]\\d{0,6})");

  /**
   * @param text as in {@code 5000@3}
   * @throws UsageError when it is not so, or the demo's dataset or length does not allow it
   */
  static DemoGrowth parse(String text, RunConfig config) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()
        || !config.get(Options.EPOCHS).include(Integer.parseInt(matcher.group(2)))) {
      throw new UsageError(
          String.format(
              "grow is '%s' (flag); allowed: COUNT@EPOCH, such as 5000@3, with a count from 1 and an"
                  + " epoch from 1 that is below epochs",
              text));
    }
    String dataset = config.get(Options.DATASET);
    if (!dataset.matches("glyphs(:.*)?")) {
      throw new UsageError(
          "grow is for the dataset glyphs, which never ends; the dataset is '" + dataset + "'");
    }
    return new DemoGrowth(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  String describe() {
    return String.format("%s more samples from epoch %d on", Numbers.count(count), epoch);
  }

  /**
   * Listeners that announce the samples when rank 0 begins the epoch before, which so cannot end
   * until it is done: no shard makes the epoch's selection without them.
   */
  IntFunction<TrainingListener> listeners(RunConfig run, IntFunction<TrainingListener> others) {
    return rank -> rank == 0 ? new Announcer(run).and(others.apply(rank)) : others.apply(rank);
  }

  private final class Announcer implements TrainingListener {
    private final RunConfig run;

    Announcer(RunConfig run) {
      this.run = run;
    }

    @Override
    public void epochStarted(EpochSamples samples) {
      if (samples.epoch() != epoch - 1) {
        return;
      }
      try {
        DatasetGrowth.add(run, count, epoch);
      } catch (InterruptedException e) {
        // The run is being given up; the agent's loop stops at its next wait.
        Thread.currentThread().interrupt();
      }
    }
  }
}
