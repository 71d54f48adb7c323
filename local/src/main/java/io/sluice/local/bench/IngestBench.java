package io.sluice.local.bench;

import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.config.RunConfig;
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

  @Mixin private Workload workload;
  @Mixin private Repetition repetition = new Repetition(5);
  @Mixin private JsonFile json;

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

  IngestBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    Workload.allow("losses", losses, 1, 1L << 32);
    int runs = repetition.runs();
    BenchReport.introduce(
        console,
        String.format(
            "Ingest of %s losses into %s samples, %s backend, parallelism %d",
            Numbers.count(losses),
            Numbers.count(workload.samples()),
            backend,
            workload.parallelism()));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(workload.parallelism(), backend)) {
      RunConfig config = cluster.config("ingest", workload.settings(Map.of()));
      write(config);
      run(cluster, config, new Figures());
      for (int run = 0; run < runs; run++) {
        run(cluster, config, figures);
      }
    }
    Map<String, Object> settings = workload.described();
    settings.put("losses", losses);
    settings.put("backend", backend);
    new BenchReport("ingest", settings, figures).publish(console, json.path());
    return CommandLine.ExitCode.OK;
  }

  private void write(RunConfig config) throws InterruptedException {
    try (BenchAgents agents = BenchAgents.join(config, workload.samples())) {
      agents.report(0, losses);
      agents.endEpoch(0);
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
    BenchCluster.await(job, "the first loss", () -> JobProbe.lossesAccepted() > 0);
    long start = System.nanoTime();
    long before = JobProbe.lossesAccepted();
    BenchCluster.await(
        job,
        "the last loss",
        () -> JobProbe.lossesAccepted() == losses && JobProbe.plannedEpoch() == 1);
    double seconds = (System.nanoTime() - start) / 1e9;
    BenchCluster.cancel(job);
    return (losses - before) / seconds;
  }
}
