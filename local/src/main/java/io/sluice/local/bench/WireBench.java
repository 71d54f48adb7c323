package io.sluice.local.bench;

import io.sluice.agent.client.ClientMetrics;
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

  @Mixin private BenchOptions options;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Samples of the run. Default: ${DEFAULT-VALUE}.")
  private long samples;

  WireBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    BenchOptions.allow("samples", samples, 1, 1L << 32);
    int runs = options.runs();
    BenchReport.introduce(
        console, String.format("Bytes on the wire, %s samples", Numbers.count(samples)));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(2, Backend.hashmap)) {
      RunConfig config = cluster.config("wire", Map.of("epochs", "" + (runs + 1)));
      JobClient job = cluster.submit(config);
      try (SelectionClient client =
          SelectionClient.join(config, 0, List.of(new IdRange(0, samples)))) {
        client.awaitSelection(0);
        LossGenerator generator = new LossGenerator(samples, 1);
        for (int epoch = 0; epoch < runs; epoch++) {
          run(client, generator, epoch, figures);
        }
      }
      BenchCluster.cancel(job);
    }
    new BenchReport("wire", Map.of("samples", samples), figures).publish(console, options.json());
    return CommandLine.ExitCode.OK;
  }

  private void run(SelectionClient client, LossGenerator generator, int epoch, Figures figures)
      throws InterruptedException {
    ClientMetrics before = client.metrics();
    BenchCluster.report(client, epoch, generator, samples);
    client.endEpoch(epoch);
    Selection selection = client.awaitSelection(epoch + 1);
    ClientMetrics after = client.metrics();

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
