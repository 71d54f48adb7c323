package io.sluice.local;

import io.sluice.agent.Agent;
import io.sluice.agent.train.TrainingListener;
import io.sluice.job.SelectionJob;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.flink.core.execution.JobClient;

/**
 * One run in this process: its selection job on the local cluster, and its agents in threads. If
 * {@code metrics-port} is set, it is rank 0's, and each further rank has the next one, on the
 * loopback interface.
 */
public final class LocalRun implements AutoCloseable {

  /**
   * An agent stops between two batches; the longest, of a large model on a slow CPU, take seconds.
   */
  private static final int PATIENCE_SECONDS = 20;

  /** Enough to see work being shared, on machines of two cores. */
  private static final int DEFAULT_PARALLELISM = 2;

  private final RunConfig config;
  private final JobClient job;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private LocalRun(RunConfig config, JobClient job) {
    this.config = config;
    this.job = job;
  }

  /** Slots that a run's job takes: its parallelism, or two where that is left open. */
  public static int slots(RunConfig config) {
    int parallelism = config.get(Options.PARALLELISM);
    return parallelism == 0
        ? Math.min(DEFAULT_PARALLELISM, config.get(Options.SHARDS))
        : parallelism;
  }

  /** Submits the run's job. */
  public static LocalRun start(LocalFlink flink, RunConfig config) {
    return new LocalRun(
        config, flink.submit(SelectionJob.jobName(config), env -> SelectionJob.build(env, config)));
  }

  /**
   * Trains with as many agents as the world size says, until the last of them is done, one of them
   * or its listener fails, or the job ends. The job goes on until {@link #close()}.
   *
   * @param listeners by rank
   */
  public void train(IntFunction<TrainingListener> listeners) throws InterruptedException {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    int worldSize = config.get(Options.WORLD_SIZE);
    AtomicInteger running = new AtomicInteger(worldSize);
    for (int rank = 0; rank < worldSize; rank++) {
      start(rank, listeners.apply(rank), running, ended);
    }
    CompletableFuture<?> jobResult = job.getJobExecutionResult();
    CompletableFuture<?> watched =
        jobResult.whenComplete((result, error) -> ended.completeExceptionally(jobEnded(error)));
    try {
      ended.get();
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    } finally {
      watched.cancel(false);
    }
  }

  /** Starts one agent. Training ends when the last of them is done, or the first fails. */
  private void start(
      int rank, TrainingListener listener, AtomicInteger running, CompletableFuture<Void> ended) {
    int metricsPort = config.get(Options.METRICS_PORT);
    RunConfig own =
        config.with(
            Map.of(
                "rank",
                Integer.toString(rank),
                "metrics-port",
                Integer.toString(metricsPort == 0 ? 0 : metricsPort + rank)),
            "rank " + rank);
    threads.execute(
        () -> {
          try (Agent agent = Agent.open(own, InetAddress.getLoopbackAddress())) {
            agent.run(listener);
            if (running.decrementAndGet() == 0) {
              ended.complete(null);
            }
          } catch (Throwable e) {
            ended.completeExceptionally(e);
          }
        });
  }

  /** Stops the agents and the job; nothing of them runs any more when this returns. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the agents have not stopped");
      }
      job.cancel().join();
      job.getJobExecutionResult().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException | CancellationException e) {
      // It has ended already, by itself or with the cluster.
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrow(Throwable cause) throws InterruptedException {
    if (cause instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    if (cause instanceof UserError error) {
      return error;
    }
    return new IllegalStateException("an agent failed: " + cause.getMessage(), cause);
  }

  private static IllegalStateException jobEnded(Throwable error) {
    if (error == null) {
      return new IllegalStateException("the selection job ended before the agents");
    }
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IllegalStateException("the selection job failed: " + root.getMessage(), error);
  }
}
