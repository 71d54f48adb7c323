package io.sluice.local;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.report.PlanFigures;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the agents of a run have come to: a progress bar while they train, a line when all of them
 * have finished an epoch, until it is closed. Agents call it from their own threads.
 */
final class EpochBoard implements AutoCloseable {

  private final Console console;
  private final ProgressBar bar;
  private final PlanReader plans;
  private final int agents;
  private final boolean averages;
  private final EpochCollector results;
  private final List<DemoSummary.Epoch> finished = new ArrayList<>();
  private final long[] done;
  private final long[] total;
  private final double[] loss;
  private final double[] speed;
  private boolean closed;

  /**
   * @param averages whether the agents average their parameters
   */
  EpochBoard(Console console, PlanReader plans, int agents, boolean averages) {
    this.console = console;
    this.bar = new ProgressBar(console);
    this.plans = plans;
    this.agents = agents;
    this.averages = averages;
    this.results = new EpochCollector(agents);
    this.done = new long[agents];
    this.total = new long[agents];
    this.loss = new double[agents];
    this.speed = new double[agents];
  }

  void header() {
    console.line("");
    console.line(
        console.bold(
            String.format(
                "%5s  %9s  %9s  %8s  %7s  %8s  %10s  %8s  %s%s",
                "epoch",
                "known",
                "selected",
                "of known",
                "loss",
                "accuracy",
                "turnaround",
                "gpu idle",
                averaged("averaged"),
                "window, easy to hard")));
  }

  /** What one agent reports to. */
  TrainingListener listener(int rank) {
    return new TrainingListener() {
      @Override
      public void epochStarted(EpochSamples samples) {
        progress(rank, samples.epoch(), 0, samples.ids().length, Double.NaN, 0);
      }

      @Override
      public void batchDone(
          int epoch, long samplesDone, long samplesTotal, double meanLoss, double perSecond) {
        progress(rank, epoch, samplesDone, samplesTotal, meanLoss, perSecond);
      }

      @Override
      public void epochDone(EpochResult result) {
        finished(result);
      }
    };
  }

  /** Every epoch that all agents have finished, in order. */
  synchronized List<DemoSummary.Epoch> epochs() {
    return List.copyOf(finished);
  }

  /** Takes the bar away; what agents that still run have to say is not heard any more. */
  @Override
  public synchronized void close() {
    closed = true;
    bar.clear();
  }

  private synchronized void progress(
      int rank, int epoch, long samplesDone, long samplesTotal, double meanLoss, double perSecond) {
    if (closed) {
      return;
    }
    done[rank] = samplesDone;
    total[rank] = samplesTotal;
    loss[rank] = meanLoss;
    speed[rank] = perSecond;
    long allDone = 0;
    long all = 0;
    double lossSum = 0;
    double samplesPerSecond = 0;
    for (int i = 0; i < agents; i++) {
      allDone += done[i];
      all += total[i];
      lossSum += done[i] == 0 ? 0 : loss[i] * done[i];
      samplesPerSecond += speed[i];
    }
    String detail =
        String.format(
            Locale.ROOT,
            "loss %s  %s samples/s",
            allDone == 0 ? "-" : Numbers.decimal(lossSum / allDone),
            Numbers.rough(samplesPerSecond));
    bar.show("epoch " + epoch, allDone, all, detail);
  }

  private synchronized void finished(EpochResult result) {
    if (closed) {
      return;
    }
    Optional<RunEpoch> epoch = results.add(result);
    if (epoch.isEmpty()) {
      return;
    }
    try {
      add(summary(epoch.get(), plans.plan(result.epoch())), epoch.get().meanLoss());
    } catch (InterruptedException e) {
      // The run is being given up; the agent's loop stops at its next wait.
      Thread.currentThread().interrupt();
    }
  }

  private void add(DemoSummary.Epoch epoch, double meanLoss) {
    finished.add(epoch);
    bar.line(
        String.format(
            Locale.ROOT,
            "%5d  %9s  %9s  %8s  %7s  %8s  %10s  %8s  %s%s",
            epoch.plan().epoch(),
            Numbers.count(epoch.known()),
            Numbers.count(epoch.selected()),
            Numbers.percent(epoch.known() == 0 ? 0 : (double) epoch.selected() / epoch.known()),
            Numbers.decimal(meanLoss),
            Numbers.percent(epoch.testAccuracy()),
            epoch.turnaroundMs() + " ms",
            epoch.gpuIdleMs() + " ms",
            averaged(epoch.averagingMs() + " ms"),
            window(epoch.plan())));
  }

  private String window(PlanFigures plan) {
    return plan.sizes().isEmpty()
        ? "all, unmeasured"
        : WindowBar.draw(plan.sizes(), plan.windowStart(), plan.windowSize(), console);
  }

  /** A column that a run of one agent, or of replicas, does without. */
  private String averaged(String text) {
    return averages ? String.format("%8s  ", text) : "";
  }

  private static DemoSummary.Epoch summary(RunEpoch epoch, SelectionPlan plan) {
    return new DemoSummary.Epoch(
        PlanFigures.of(plan),
        epoch.selected(),
        epoch.trained(),
        epoch.turnaround().toMillis(),
        epoch.gpuIdle().toMillis(),
        epoch.trainTime().toMillis(),
        epoch.averages(),
        epoch.averagingTime().toMillis(),
        epoch.testAccuracy());
  }
}
