package io.sluice.local;

import io.sluice.agent.Agent;
import io.sluice.agent.train.TrainingListener;
import io.sluice.job.SelectionJob;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.flink.core.execution.JobClient;

/** One run in this process: its selection job on the local cluster, and its agents in threads. */
public final class LocalRun implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 20;

  private final RunConfig config;
  private final JobClient job;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private LocalRun(RunConfig config, JobClient job) {
    this.config = config;
    this.job = job;
  }

  /** Submits the run's job. */
  public static LocalRun start(LocalFlink flink, RunConfig config) {
    return new LocalRun(
        config, flink.submit(SelectionJob.jobName(config), env -> SelectionJob.build(env, config)));
  }

  /**
   * Trains with as many agents as the world size says, until the last of them is done. Stops all of
   * them when one fails, or the job.
   *
   * @param listeners by rank
   */
  public void train(IntFunction<TrainingListener> listeners) throws InterruptedException {
    int worldSize = config.get(Options.WORLD_SIZE);
    CompletionService<Void> agents = new ExecutorCompletionService<>(threads);
    for (int rank = 0; rank < worldSize; rank++) {
      RunConfig own = config.with(Map.of("rank", Integer.toString(rank)), "rank");
      TrainingListener listener = listeners.apply(rank);
      Callable<Void> task =
          () -> {
            try (Agent agent = Agent.open(own)) {
              agent.run(listener);
            }
            return null;
          };
      Future<Void> unused = agents.submit(task); // take() returns it when it is done
    }
    CompletableFuture<?> failure = job.getJobExecutionResult();
    Thread trainer = Thread.currentThread();
    CompletableFuture<?> unusedToo = failure.whenComplete((result, error) -> trainer.interrupt());
    try {
      for (int done = 0; done < worldSize; done++) {
        agents.take().get();
      }
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    } catch (InterruptedException e) {
      if (failure.isDone()) {
        throw jobFailed(failure);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the agents have not stopped");
      }
      job.cancel().join();
    } catch (CompletionException e) {
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

  private static IllegalStateException jobFailed(CompletableFuture<?> failure) {
    try {
      failure.join();
      return new IllegalStateException("the selection job ended before the agents");
    } catch (CompletionException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return new IllegalStateException("the selection job failed: " + root.getMessage(), e);
    }
  }
}
