package io.sluice.local.bench;

import io.sluice.agent.cli.Interruption;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;

/** A broker and a cluster in this process, as large as a bench needs them. */
final class BenchCluster implements AutoCloseable {

  /** Longer than anything here should stand still. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofMillis(1);

  private final LocalKafka kafka;
  private final LocalFlink flink;

  private BenchCluster(LocalKafka kafka, LocalFlink flink) {
    this.kafka = kafka;
    this.flink = flink;
  }

  static BenchCluster start(int slots, Backend backend) throws InterruptedException {
    LocalFlink flink = Interruption.start(() -> LocalFlink.create(0, slots, settings(backend)));
    try {
      return new BenchCluster(Interruption.start(LocalKafka::create), flink);
    } catch (RuntimeException | InterruptedException e) {
      flink.close();
      throw e;
    }
  }

  private static Configuration settings(Backend backend) {
    Configuration c = new Configuration();
    JobProbe.install(c);
    // A job that fails is not measured.
    c.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    c.set(StateBackendOptions.STATE_BACKEND, backend.name());
    c.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    if (backend == Backend.rocksdb) {
      c.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1024));
      c.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    }
    return c;
  }

  /** Settings of a run on this cluster. */
  RunConfig config(String run, Map<String, String> settings) {
    return RunConfig.defaults()
        .with(Map.of("run", run, "bootstrap-servers", kafka.bootstrapServers()), "bench")
        // What is measured is selection; agents here have no model.
        .with(Map.of("average", "off"), "bench")
        .with(settings, "bench");
  }

  /** Submits the run's selection job. */
  JobClient submit(RunConfig config) {
    return submit(config, new Configuration());
  }

  JobClient submit(RunConfig config, Configuration settings) {
    return flink.submit(
        SelectionJob.jobName(config),
        env -> {
          env.configure(settings);
          SelectionJob.build(env, config);
        });
  }

  /** Takes a checkpoint that outlives the job, and returns where it is. */
  String checkpoint(JobClient job) throws InterruptedException {
    return flink.checkpoint(job.getJobID());
  }

  /** Waits until a restored job runs; returns how long its slowest task took for its state. */
  double awaitRestored(JobClient job) throws InterruptedException {
    await(job, "the job to be restored", () -> flink.restoreMillis(job.getJobID()).isPresent());
    return flink.restoreMillis(job.getJobID()).getAsLong() / 1e3;
  }

  /** Waits, looking every millisecond, until the job has come so far. */
  static void await(JobClient job, String what, BooleanSupplier done) throws InterruptedException {
    long start = System.nanoTime();
    while (!done.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      failIfEnded(job);
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException("waited in vain for " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /**
   * @throws UserError when the job has failed over something that a person can mend
   * @throws IllegalStateException when it has ended otherwise
   */
  static void failIfEnded(JobClient job) throws InterruptedException {
    try {
      // Its result is asked for each time, so it would not be known at once.
      if (!job.getJobStatus().get().isGloballyTerminalState()) {
        return;
      }
      job.getJobExecutionResult().get();
    } catch (ExecutionException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UserError error) {
          throw error;
        }
      }
      throw new IllegalStateException("the job failed: " + e.getCause().getMessage(), e);
    }
    throw new IllegalStateException("the job has ended");
  }

  /** Cancels a job and waits until its metrics, too, are gone. */
  static void cancel(JobClient job) throws InterruptedException {
    try {
      job.cancel().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the job cannot be cancelled", e);
    }
    long start = System.nanoTime();
    while (!JobProbe.isIdle() && System.nanoTime() - start < PATIENCE.toNanos()) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    try (kafka) {
      flink.close();
    }
  }
}
