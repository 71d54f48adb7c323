package io.sluice.local.bench;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
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
      "An agent reports a loss of every sample; when the job has applied them, it ends the epoch."
          + " The turnaround runs from Kafka's acknowledgement of the last EpochEnd to the last"
          + " chunk in the agent's hands. The baseline makes the same selection from an array, on"
          + " one thread."
    })
final class TurnaroundBench implements Callable<Integer> {

  /** Epochs until the JVM has compiled what matters. */
  private static final int WARM_UP = 3;

  private final Console console;

  @Mixin private BenchOptions options;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Samples of the run. Default: ${DEFAULT-VALUE}.")
  private long samples;

  @Option(
      names = "--epochs",
      paramLabel = "K",
      defaultValue = "7",
      description = "Measured epochs, after those that warm up. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      defaultValue = "2",
      description = "Subtasks of the job. Default: ${DEFAULT-VALUE}.")
  private int parallelism;

  TurnaroundBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    BenchOptions.allow("samples", samples, 1, 1L << 32);
    BenchOptions.allow("epochs", epochs, 1, 1000);
    BenchOptions.allow("parallelism", parallelism, 1, 128);
    BenchReport.introduce(
        console,
        String.format(
            "Turnaround of %s samples, parallelism %d", Numbers.count(samples), parallelism));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(parallelism, Backend.hashmap)) {
      RunConfig config =
          cluster.config(
              "turnaround",
              Map.of("parallelism", "" + parallelism, "epochs", "" + (WARM_UP + epochs + 1)));
      JobClient job = cluster.submit(config);
      try (SelectionClient client =
          SelectionClient.join(config, 0, List.of(new IdRange(0, samples)))) {
        client.awaitSelection(0);
        LossGenerator generator = new LossGenerator(samples, 1);
        for (int epoch = 0; epoch < WARM_UP + epochs; epoch++) {
          run(client, job, generator, epoch, epoch < WARM_UP ? new Figures() : figures);
        }
      }
      BenchCluster.cancel(job);
    }
    new BenchReport(
            "turnaround",
            Map.of("samples", samples, "epochs", epochs, "parallelism", parallelism),
            figures)
        .publish(console, options.json());
    return CommandLine.ExitCode.OK;
  }

  private void run(
      SelectionClient client, JobClient job, LossGenerator generator, int epoch, Figures figures)
      throws InterruptedException {
    BenchCluster.report(client, epoch, generator, samples);
    BenchCluster.awaitApplied(job, client);
    client.endEpoch(epoch);
    Selection selection = client.awaitSelection(epoch + 1);
    double nanos = selection.turnaround().toNanos();
    figures.add("turnaround_ms", nanos / 1e6);
    figures.add("ns_per_sample", nanos / samples);
  }
}
