package io.sluice.local.bench;

import io.sluice.agent.client.Selection;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.core.execution.JobClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice bench turnaround}: how long an agent would wait at an epoch's boundary. */
@Command(
    name = "turnaround",
    description = {
      "How long an agent would wait at an epoch's boundary.",
      "",
      "Agents report a loss of every sample; when the job has applied them, they end the epoch one"
          + " after the other. The turnaround runs from Kafka's acknowledgement of the last EpochEnd"
          + " to the last chunk in that agent's hands. The baseline makes the same selection on one"
          + " thread from losses in an array, without a service around it."
    })
final class TurnaroundBench implements Callable<Integer> {

  /** A training takes hours, so what counts is a job that the JVM has compiled. */
  private static final int WARM_UP_EPOCHS = 10;

  private static final Duration WARM_UP_TIME = Duration.ofSeconds(20);

  private final Console console;

  @Mixin private Workload workload;
  @Mixin private JsonFile json;

  @Option(
      names = "--epochs",
      paramLabel = "K",
      description =
          "Measured epochs, after 10 or more, of 20 s or more, that warm up. Default: 11. Allowed:"
              + " an integer from 1 to 1000.")
  private int epochs = 11;

  @Option(
      names = "--agents",
      paramLabel = "W",
      description = "World size. Default: 1. Allowed: an integer from 1 to 256.")
  private int agents = 1;

  TurnaroundBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    Workload.allow("epochs", epochs, 1, 1000);
    Workload.allow("agents", agents, 1, 256);
    BenchReport.introduce(
        console,
        String.format(
            "Turnaround of %s samples, parallelism %d, agents: %d",
            Numbers.count(workload.samples()), workload.parallelism(), agents));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(workload.parallelism(), Backend.hashmap)) {
      RunConfig config =
          cluster.config(
              "turnaround",
              workload.settings(Map.of("epochs", "unbounded", "world-size", "" + agents)));
      InProcessSelection baseline = new InProcessSelection(workload.samples(), config);
      JobClient job = cluster.submit(config);
      try (BenchAgents trainers = BenchAgents.join(config, workload.samples())) {
        trainers.awaitSelection(job, 0);
        int epoch = 0;
        long start = System.nanoTime();
        while (epoch < WARM_UP_EPOCHS || System.nanoTime() - start < WARM_UP_TIME.toNanos()) {
          run(trainers, job, baseline, epoch++, new Figures());
        }
        for (int last = epoch + epochs; epoch < last; epoch++) {
          run(trainers, job, baseline, epoch, figures);
        }
      }
      BenchCluster.cancel(job);
    }
    Map<String, Object> settings = workload.described();
    settings.put("epochs", epochs);
    settings.put("agents", agents);
    new BenchReport("turnaround", settings, figures).publish(console, json.path());
    return CommandLine.ExitCode.OK;
  }

  private void run(
      BenchAgents trainers, JobClient job, InProcessSelection baseline, int epoch, Figures figures)
      throws InterruptedException {
    trainers.report(epoch, workload.samples());
    trainers.awaitApplied(job);
    trainers.endEpoch(epoch);
    Selection selection = trainers.awaitSelection(job, epoch + 1);
    double nanos = selection.turnaround().toNanos();
    double inProcess = baseline.nanosPerSample(epoch + 1);
    figures.add("turnaround_ms", nanos / 1e6);
    figures.add("ns_per_sample", nanos / workload.samples());
    figures.add("in_process_ns_per_sample", inProcess);
    figures.add("ratio", nanos / workload.samples() / inProcess);
  }
}
