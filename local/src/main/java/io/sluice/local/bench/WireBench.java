package io.sluice.local.bench;

import io.sluice.agent.client.ClientMetrics;
import io.sluice.agent.client.Selection;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.core.execution.JobClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice bench wire}: how many bytes losses and selections take. */
@Command(
    name = "wire",
    description = {
      "How many bytes losses and selections take on the wire, before compression.",
      "",
      "Counts what an agent sends and reads in each epoch, records of any kind included. The"
          + " baselines are 12 bytes for a loss (an id of 8, a float of 4) and 64 bits for a selected"
          + " id."
    })
final class WireBench implements Callable<Integer> {

  private static final double PLAIN_LOSS_BYTES = Long.BYTES + Float.BYTES;

  private final Console console;

  @Mixin private Workload workload;
  @Mixin private Repetition repetition = new Repetition(5);
  @Mixin private JsonFile json;

  WireBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    int runs = repetition.runs();
    BenchReport.introduce(
        console, String.format("Bytes on the wire, %s samples", Numbers.count(workload.samples())));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(workload.parallelism(), Backend.hashmap)) {
      RunConfig config =
          cluster.config("wire", workload.settings(Map.of("epochs", "" + (runs + 1))));
      JobClient job = cluster.submit(config);
      try (BenchAgents agents = BenchAgents.join(config, workload.samples())) {
        agents.awaitSelection(job, 0);
        for (int epoch = 0; epoch < runs; epoch++) {
          run(agents, job, epoch, figures);
        }
      }
      BenchCluster.cancel(job);
    }
    new BenchReport("wire", workload.described(), figures).publish(console, json.path());
    return CommandLine.ExitCode.OK;
  }

  private void run(BenchAgents agents, JobClient job, int epoch, Figures figures)
      throws InterruptedException {
    ClientMetrics before = agents.metrics();
    agents.report(epoch, workload.samples());
    agents.endEpoch(epoch);
    Selection selection = agents.awaitSelection(job, epoch + 1);
    ClientMetrics after = agents.metrics();

    double lossBytes =
        (double) (after.bytesSent() - before.bytesSent())
            / (after.lossesSent() - before.lossesSent());
    double bits = 8.0 * (after.bytesRead() - before.bytesRead());
    figures.add("bytes_per_loss", lossBytes);
    figures.add("of_plain_loss", lossBytes / PLAIN_LOSS_BYTES);
    figures.add("bits_per_known_sample", bits / selection.known());
    figures.add("bits_per_selected_sample", bits / selection.selected());
    figures.add("of_plain_ids", bits / selection.selected() / Long.SIZE);
  }
}
