package io.sluice.local.experiment;

import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.local.ProgressBar;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** How far a grid is: a bar while a run trains, a line for each that is done. For any thread. */
final class GridProgress implements AutoCloseable {

  private final ProgressBar bar;
  private final Console console;
  private final LongSupplier nanoTime;
  private final long start;
  private final int planned;
  private final int widest;
  private int done;
  private double costDone;
  private double costLeft;
  private PlannedRun current;

  /**
   * @param planned runs of the grid
   * @param left those of them that are to be trained now
   */
  GridProgress(Console console, int planned, List<PlannedRun> left, LongSupplier nanoTime) {
    this.bar = new ProgressBar(console, nanoTime);
    this.console = console;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.planned = planned;
    this.widest = left.stream().mapToInt(run -> run.describe().length()).max().orElse(0);
    this.done = planned - left.size();
    this.costLeft = left.stream().mapToDouble(PlannedRun::cost).sum();
  }

  synchronized void started(PlannedRun run) {
    current = run;
    at(0, 0);
  }

  synchronized void at(int epoch, double part) {
    double costNow = costDone + current.cost() * (epoch + part) / current.epochs();
    bar.show(
        "runs",
        done,
        planned,
        String.format(
            Locale.ROOT,
            "%s, epoch %d/%d  %s%s",
            current.describe(),
            epoch + 1,
            current.epochs(),
            Numbers.time(elapsed()),
            rest(costNow)));
  }

  synchronized void finished(ResultLine result) {
    next();
    line(
        String.format(
            Locale.ROOT,
            "%11s samples  saved %6s  accuracy %.2f %%  in %s",
            Numbers.count(result.samplesTrained()),
            Numbers.percent(result.savedFraction()),
            100 * result.finalTestAccuracy(),
            Numbers.time(Duration.ofMillis(Math.round(1e3 * result.seconds())))));
  }

  synchronized void failed(String why) {
    next();
    line("failed: " + why);
  }

  @Override
  public synchronized void close() {
    bar.clear();
  }

  private void next() {
    done++;
    costDone += current.cost();
    costLeft -= current.cost();
  }

  private void line(String text) {
    String digits = "%" + Integer.toString(planned).length() + "d";
    bar.line(
        String.format(Locale.ROOT, digits + "/%d  ", done, planned)
            + console.bold(String.format("%-" + Math.max(1, widest) + "s", current.describe()))
            + "  "
            + text);
  }

  /** As the runs that this process has trained took for what they cost. */
  private String rest(double costNow) {
    if (costNow <= 0) {
      return "";
    }
    double left = costDone + costLeft - costNow;
    return ", "
        + Numbers.time(Duration.ofNanos(Math.round(elapsed().toNanos() / costNow * left)))
        + " left";
  }

  private Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }
}
