package io.sluice.local.bench;

import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code sluice bench state}: what a sample takes, and how fast the state is saved and restored.
 */
@Command(
    name = "state",
    description = {
      "What a sample takes of the heap, and how fast the state is saved and restored.",
      "",
      "Every sample gets both of its losses, then the heap that is in use is compared with that"
          + " before the first sample. Checkpoints are taken while further losses come in; then the"
          + " job is cancelled and restored. The baseline is a plain read of the checkpoint's files."
    })
final class StateBench implements Callable<Integer> {

  /** Losses that come in while a checkpoint is written; more than its time takes. */
  private static final long LOAD = 1 << 24;

  /** Open when the state is measured: every sample has had its first loss by then. */
  private static final int EPOCH = 2;

  private final Console console;

  @Mixin private Workload workload;
  @Mixin private Repetition repetition = new Repetition(5);
  @Mixin private JsonFile json;

  StateBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    int runs = repetition.runs();
    long samples = workload.samples();
    BenchReport.introduce(
        console,
        String.format(
            "State of %s samples, parallelism %d", Numbers.count(samples), workload.parallelism()));
    Figures figures = new Figures();
    try (BenchCluster cluster = BenchCluster.start(workload.parallelism(), Backend.hashmap)) {
      // Only the bench takes checkpoints.
      RunConfig config =
          cluster.config("state", workload.settings(Map.of("checkpoint-interval", "24h")));
      JobClient job = cluster.submit(config);
      // The samples come when the heap of a job without any was read.
      try (BenchAgents agents = BenchAgents.joinEmpty(config, samples)) {
        agents.awaitSelection(job, 0);
        long empty = usedHeap();
        agents.addSamples(1);
        agents.endEpoch(0);
        agents.awaitSelection(job, 1);
        agents.report(1, samples);
        agents.endEpoch(1);
        agents.awaitSelection(job, 2);
        agents.report(EPOCH, samples);
        agents.awaitApplied(job);
        figures.add("bytes_per_sample", (double) (usedHeap() - empty) / samples);
        for (int run = 0; run < runs; run++) {
          job = run(cluster, config, job, agents, figures);
        }
      }
      BenchCluster.cancel(job);
    }
    new BenchReport("state", workload.described(), figures).publish(console, json.path());
    return CommandLine.ExitCode.OK;
  }

  /** Returns the job that was restored. */
  private JobClient run(
      BenchCluster cluster, RunConfig config, JobClient job, BenchAgents agents, Figures figures)
      throws InterruptedException {
    long appliedBefore = JobProbe.lossesAccepted();
    CompletableFuture<Void> load = load(agents);
    BenchCluster.await(job, "losses", () -> JobProbe.lossesAccepted() > appliedBefore);
    long start = System.nanoTime();
    String checkpoint = cluster.checkpoint(job);
    double saving = (System.nanoTime() - start) / 1e9;
    load.join();
    BenchCluster.cancel(job);

    Path folder = Path.of(URI.create(checkpoint));
    double megabytes = size(folder) / 1e6;
    double reading = read(folder);
    JobClient restored =
        cluster.submit(
            config, new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint));
    double restoring = cluster.awaitRestored(restored);

    figures.add("checkpoint_mb", megabytes);
    figures.add("checkpoint_s", saving);
    figures.add("checkpoint_mb_per_s", megabytes / saving);
    figures.add("restore_s", restoring);
    figures.add("restore_mb_per_s", megabytes / restoring);
    figures.add("file_read_mb_per_s", megabytes / reading);
    figures.add("ratio", reading / restoring);
    return restored;
  }

  private CompletableFuture<Void> load(BenchAgents agents) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            agents.report(EPOCH, Math.min(workload.samples(), LOAD));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static long usedHeap() {
    System.gc();
    System.gc(); // what the first made unreachable from the old generation
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long size(Path folder) {
    long size = 0;
    for (Path file : files(folder)) {
      size += file.toFile().length();
    }
    return size;
  }

  /** Seconds that a plain read of all files takes. */
  private static double read(Path folder) {
    byte[] buffer = new byte[1 << 20];
    long start = System.nanoTime();
    for (Path file : files(folder)) {
      try (InputStream in = Files.newInputStream(file)) {
        while (in.read(buffer) >= 0) {
          // only to have read it
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
