package io.sluice.local.bench;

import io.sluice.agent.client.IdRange;
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

/** {@code sluice bench ingest}: how many losses a second the job takes in. */
@Command(
    name = "ingest",
    description = {
      "How many losses a second the job takes in.",
      "",
      "One agent writes the losses of one epoch. Then the job and, as the ceiling, a bare consumer"
          + " that only decodes read them in turn. The job's time runs from the first loss in its"
          + " state until all of them are applied and the epoch is closed."
    })
final class IngestBench implements Callable<Integer> {

  private final Console console;

  @Mixin private BenchOptions options;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "16777216",
      description = "Samples of the run. Default: ${DEFAULT-VALUE}.")
  private long samples;

  @Option(
      names = "--losses",
      paramLabel = "M",
      defaultValue = "67108864",
      description =
          "Losses of the epoch; beyond the samples, each is measured again. Default:"
              + " ${DEFAULT-VALUE}.")
  private long losses;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "hashmap",
      description = "State backend. Default: ${DEFAULT-VALUE}. Allowed: ${COMPLETION-CANDIDATES}.")
  private Backend backend;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      defaultValue = "2",
      description = "Subtasks of the job. Default: ${DEFAULT-VALUE}.")
  private int parallelism;

  IngestBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    BenchOptions.allow("samples", samples, 1, 1L << 32);
    BenchOptions.allow("losses", losses, 1, 1L << 32);
    BenchOptions.allow("parallelism", parallelism, 1, 128);
    BenchReport.introduce(
        console,
        String.format(
            "Ingest of %s losses into %s samples, %s backend, parallelism %d",
            Numbers.count(losses), Numbers.count(samples), backend, parallelism));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(parallelism, backend)) {
      RunConfig config = cluster.config("ingest", Map.of("parallelism", "" + parallelism));
      write(config);
      run(cluster, config, new Figures());
      for (int run = 0; run < options.runs(); run++) {
        run(cluster, config, figures);
      }
    }
    new BenchReport(
            "ingest",
            Map.of(
                "samples",
                samples,
                "losses",
                losses,
                "backend",
                backend,
                "parallelism",
                parallelism),
            figures)
        .publish(console, options.json());
    return CommandLine.ExitCode.OK;
  }

  private void write(RunConfig config) throws InterruptedException {
    try (SelectionClient client =
        SelectionClient.join(config, 0, List.of(new IdRange(0, samples)))) {
      BenchCluster.report(client, 0, new LossGenerator(samples, 1), losses);
      client.endEpoch(0);
    }
  }

  private void run(BenchCluster cluster, RunConfig config, Figures figures)
      throws InterruptedException {
    double consumer = BareConsumer.lossesPerSecond(config);
    double job = read(cluster, config);
    figures.add("losses_per_s", job);
    figures.add("consumer_losses_per_s", consumer);
    figures.add("ratio", job / consumer);
  }

  private double read(BenchCluster cluster, RunConfig config) throws InterruptedException {
    JobClient job = cluster.submit(config);
    BenchCluster.await(job, "the first loss", () -> JobProbe.lossesApplied() > 0);
    long start = System.nanoTime();
    long before = JobProbe.lossesApplied();
    BenchCluster.await(
        job,
        "the last loss",
        () -> JobProbe.lossesApplied() == losses && JobProbe.plannedEpoch() == 1);
    double seconds = (System.nanoTime() - start) / 1e9;
    BenchCluster.cancel(job);
    return (losses - before) / seconds;
  }
}
