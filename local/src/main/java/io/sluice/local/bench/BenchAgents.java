package io.sluice.local.bench;

import io.sluice.agent.client.ClientMetrics;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.core.execution.JobClient;

/** All agents of a run as the job sees them: the production client, and losses made up. */
final class BenchAgents implements AutoCloseable {

  private static final int BATCH = 1024;

  private static final Duration PAUSE = Duration.ofMillis(1);

  private static final Duration LOOK_AT_JOB = Duration.ofSeconds(1);

  private final List<SelectionClient> clients = new ArrayList<>();
  private final long samples;
  private final LossGenerator generator;
  private final long mostUnsent;
  private final long[] ids = new long[BATCH];
  private final float[] losses = new float[BATCH];

  private BenchAgents(long samples, long mostUnsent) {
    this.samples = samples;
    this.generator = new LossGenerator(samples, 1);
    this.mostUnsent = mostUnsent;
  }

  /** Starts as many agents as the world size says; rank 0 declares the samples. */
  static BenchAgents join(RunConfig config, long samples) throws InterruptedException {
    return join(config, samples, all(samples));
  }

  /** As {@link #join}, but the samples are yet to be {@linkplain #addSamples added}. */
  static BenchAgents joinEmpty(RunConfig config, long samples) throws InterruptedException {
    return join(config, samples, List.of());
  }

  private static BenchAgents join(RunConfig config, long samples, List<IdRange> declared)
      throws InterruptedException {
    // An agent holds back up to half of its capacity until records are full.
    long mostUnsent = config.get(Options.LOSS_BUFFER) * 3L / 4;
    BenchAgents agents = new BenchAgents(samples, mostUnsent);
    try {
      for (int rank = 0; rank < config.get(Options.WORLD_SIZE); rank++) {
        RunConfig own = config.with(Map.of("rank", Integer.toString(rank)), "bench");
        agents.clients.add(SelectionClient.join(own, 0, rank == 0 ? declared : List.of()));
      }
      return agents;
    } catch (RuntimeException | InterruptedException e) {
      agents.close();
      throw e;
    }
  }

  private static List<IdRange> all(long samples) {
    return List.of(new IdRange(0, samples));
  }

  /** Declares all samples, to be selected from the epoch on. */
  void addSamples(int fromEpoch) {
    clients.get(0).addSamples(all(samples), fromEpoch);
  }

  /** Reports losses, by turns, as fast as Kafka takes them, so that none is dropped. */
  void report(int epoch, long count) throws InterruptedException {
    int turn = 0;
    for (long left = count; left > 0; left -= BATCH) {
      SelectionClient client = clients.get(turn++ % clients.size());
      while (client.metrics().lossesReported() - client.metrics().lossesSent() > mostUnsent) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      generator.next(ids, losses);
      client.report(epoch, ids, losses, (int) Math.min(left, BATCH));
    }
  }

  /** Sends what fills no record yet, and waits until the job has applied all losses. */
  void awaitApplied(JobClient job) throws InterruptedException {
    clients.forEach(client -> client.flush().join());
    long sent = metrics().lossesSent();
    BenchCluster.await(job, "the losses", () -> JobProbe.lossesAccepted() == sent);
  }

  /** Ends the epoch rank by rank; the last to end it is the one that {@link #awaitSelection}. */
  void endEpoch(int epoch) throws InterruptedException {
    for (SelectionClient client : clients) {
      client.endEpoch(epoch);
    }
  }

  /**
   * Waits for the selection, as long as the job runs.
   *
   * @throws UserError when the job has failed over something that a person can mend
   */
  Selection awaitSelection(JobClient job, int epoch) throws InterruptedException {
    SelectionClient last = clients.get(clients.size() - 1);
    while (true) {
      try {
        return last.awaitSelection(epoch, LOOK_AT_JOB);
      } catch (TimeoutException e) {
        BenchCluster.failIfEnded(job);
      }
    }
  }

  /** Of the agent that {@link #awaitSelection}, except that losses and records are of all. */
  ClientMetrics metrics() {
    ClientMetrics sum = null;
    for (SelectionClient client : clients) {
      ClientMetrics own = client.metrics();
      sum = sum == null ? own : add(sum, own);
    }
    if (sum.lossesDropped() > 0) {
      throw new IllegalStateException(sum.lossesDropped() + " losses were dropped");
    }
    return sum;
  }

  private static ClientMetrics add(ClientMetrics a, ClientMetrics b) {
    return new ClientMetrics(
        a.lossesReported() + b.lossesReported(),
        a.lossesSent() + b.lossesSent(),
        a.lossesDropped() + b.lossesDropped(),
        a.recordsSent() + b.recordsSent(),
        a.bytesSent() + b.bytesSent(),
        b.chunksRead(),
        b.bytesRead(),
        b.repeatsDropped());
  }

  @Override
  public void close() {
    clients.forEach(SelectionClient::close);
  }
}
