package io.sluice.local;

import io.sluice.agent.cli.Interruption;
import io.sluice.local.report.PlanFigures;
import io.sluice.local.report.Report;
import io.sluice.local.report.RunTopicsReader;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.configuration.Configuration;

/** Runs broker, cluster, job and agents, and tells a person what happens. */
final class Demo {

  private final Console console;
  private final RunConfig config;
  private final Optional<String> baselinePolicy;
  private final Optional<DemoGrowth> growth;
  private final Optional<Path> summary;
  private final Optional<Path> page;
  private final int uiPort;
  private final int metricsPort;
  private final boolean keepRunning;

  Demo(
      Console console,
      RunConfig config,
      Optional<String> baselinePolicy,
      Optional<DemoGrowth> growth,
      Optional<Path> summary,
      Optional<Path> page,
      int uiPort,
      boolean keepRunning) {
    this.console = console;
    this.config = config;
    this.baselinePolicy = baselinePolicy;
    this.growth = growth;
    this.summary = summary;
    this.page = page;
    this.uiPort = uiPort;
    this.metricsPort = config.get(Options.METRICS_PORT);
    this.keepRunning = keepRunning;
  }

  void run() throws InterruptedException {
    console.line("Starting a Kafka broker and a Flink cluster in this process.");
    TorchThreads.limit();
    try (LocalFlink flink = Interruption.start(this::cluster);
        LocalKafka kafka = Interruption.start(LocalKafka::create)) {
      RunConfig local =
          config
              .with(Map.of("bootstrap-servers", kafka.bootstrapServers()), "local broker")
              .with(Map.of("metrics-port", agentsMetricsPort()), "after Flink's metrics-port");
      introduce(flink, kafka);
      DemoSummary.Training selected;
      try (LocalRun run = Interruption.start(() -> LocalRun.start(flink, local))) {
        selected = train(run, local);
        if (baselinePolicy.isEmpty()) {
          finish(local, selected, Optional.empty());
          return;
        }
      }
      String policy = baselinePolicy.get();
      console.line("");
      console.line("Now the baseline: the same training with policy " + policy + ".");
      RunConfig other = baseline(local, policy);
      try (LocalRun run = Interruption.start(() -> LocalRun.start(flink, other))) {
        finish(local, selected, Optional.of(train(run, other)));
      }
    }
  }

  /**
   * Settings of the same training with another policy; those that say how much a selection takes
   * are left out for full training, which takes everything.
   */
  static RunConfig baseline(RunConfig config, String policy) {
    RunConfig other =
        config.with(
            Map.of("policy", policy, "run", config.topics().run() + "-" + policy), "baseline");
    return policy.equals("full")
        ? other.with(
            Map.of("budget", "1", "volume-swing", "0", "max-selected", "1", "quarantine", "0"),
            "baseline")
        : other;
  }

  /** The job of the last training still runs, so that the UI has something to show. */
  private void finish(
      RunConfig local, DemoSummary.Training selected, Optional<DemoSummary.Training> baseline)
      throws InterruptedException {
    report(local, selected, baseline);
    if (keepRunning) {
      console.line("Broker, job and Flink UI stay up; Ctrl-C ends them.");
      new CountDownLatch(1).await();
    }
  }

  private void report(
      RunConfig local, DemoSummary.Training selected, Optional<DemoSummary.Training> baseline) {
    conclude(selected, baseline);
    DemoSummary all = new DemoSummary(EffectiveSettings.of(local), selected, baseline);
    if (summary.isPresent()) {
      all.write(summary.get());
      console.line("Summary written to " + summary.get());
    }
    if (page.isPresent()) {
      Report report = new Report(Optional.empty());
      report.addSummary(local.get(Options.RUN_NAME), all.json());
      report.page().write(page.get());
      console.line(console.bold("Report    ") + page.get().toAbsolutePath().normalize().toUri());
    }
  }

  private LocalFlink cluster() {
    return LocalFlink.create(
        uiPort,
        LocalRun.slots(config),
        metricsPort == 0 ? new Configuration() : LocalFlink.metricsOn(metricsPort));
  }

  private String agentsMetricsPort() {
    return Integer.toString(metricsPort == 0 ? 0 : metricsPort + 1);
  }

  private DemoSummary.Training train(LocalRun local, RunConfig run) throws InterruptedException {
    try (PlanReader plans = PlanReader.start(run);
        EpochBoard board =
            new EpochBoard(console, plans, agents(), agents() > 1 && config.averages())) {
      board.header();
      long start = System.nanoTime();
      try {
        local.train(
            growth.isPresent() ? growth.get().listeners(run, board::listener) : board::listener);
      } catch (InterruptedException e) {
        board.close();
        // Ctrl-C is the only end that such a run has.
        if (!run.get(Options.EPOCHS).bounded() && !board.epochs().isEmpty()) {
          report(run, trained(run, board, start), Optional.empty());
        }
        throw e;
      }
      board.close();
      return trained(run, board, start);
    }
  }

  private static DemoSummary.Training trained(RunConfig run, EpochBoard board, long start) {
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    List<PlanFigures> plans = board.epochs().stream().map(DemoSummary.Epoch::plan).toList();
    return DemoSummary.Training.of(
        board.epochs(),
        time,
        RunTopicsReader.counts(
            run, plans.get(plans.size() - 1).epoch(), Report.newestHardest(plans)));
  }

  private void introduce(LocalFlink flink, LocalKafka kafka) {
    int agents = agents();
    Epochs epochs = config.get(Options.EPOCHS);
    console.line(console.bold("Flink UI  ") + flink.uiAddress());
    console.line(console.bold("Kafka     ") + kafka.bootstrapServers());
    if (metricsPort > 0) {
      console.line(
          console.bold("Metrics   ")
              + String.format(
                  Locale.ROOT,
                  "http://127.0.0.1:%d/metrics, agents' from port %d on",
                  metricsPort,
                  metricsPort + 1));
    }
    console.line(
        console.bold("Training  ")
            + String.format(
                Locale.ROOT,
                "%s on %s, %s, policy %s, %d agent%s",
                config.get(Options.MODEL),
                config.get(Options.DATASET),
                epochs.bounded() ? epochs + " epochs" : "epochs until Ctrl-C",
                config.get(Options.POLICY),
                agents,
                agents == 1 ? "" : "s"));
    growth.ifPresent(grown -> console.line(console.bold("Growth    ") + grown.describe()));
    if (agents > 1) {
      console.line("          " + sharing());
    }
  }

  private int agents() {
    return config.get(Options.WORLD_SIZE);
  }

  private String sharing() {
    if (!config.averages()) {
      return "Each agent trains its slice of every selection on a replica of its own; accuracy is the"
          + " mean of the replicas'.";
    }
    int steps = config.get(Options.SYNC_EVERY);
    return "Each agent trains its slice of every selection, and all go on from the mean of their"
        + " parameters after each epoch"
        + (steps == 0
            ? "."
            : String.format(Locale.ROOT, " and each %s steps.", Numbers.count(steps)));
  }

  private void conclude(DemoSummary.Training training, Optional<DemoSummary.Training> baseline) {
    console.line("");
    line("selected", training);
    baseline.ifPresent(trained -> line("baseline", trained));
    if (training.averages() > 0) {
      console.line(
          String.format(
              Locale.ROOT,
              "One model: the mean of %d agents' parameters, taken %s times.",
              agents(),
              Numbers.count(training.averages())));
    }
    console.line(
        console.bold(
            String.format(
                Locale.ROOT,
                "Saved %s of the %s samples that full training takes%s.",
                Numbers.percent(training.savedFraction()),
                Numbers.count(training.samplesFull()),
                baseline.map(b -> difference(training, b)).orElse(""))));
  }

  private void line(String name, DemoSummary.Training training) {
    console.line(
        String.format(
            Locale.ROOT,
            "%s  %11s samples trained  test accuracy %s  in %s",
            name,
            Numbers.count(training.samplesTrained()),
            Numbers.percent(training.finalTestAccuracy()),
            Numbers.time(Duration.ofMillis(Math.round(1000 * training.seconds())))));
  }

  private static String difference(DemoSummary.Training ours, DemoSummary.Training baseline) {
    return String.format(
        Locale.ROOT,
        "; accuracy %+.2f points",
        100 * (ours.finalTestAccuracy() - baseline.finalTestAccuracy()));
  }
}
