package io.sluice.faults;

import static org.awaitility.Awaitility.await;

import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;

/** A run's job on a cluster in this process, where a test can reach its tasks' threads. */
final class LocalJob {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LocalFlink flink;
  private final RunConfig config;
  private final JobClient client;
  private final FlinkRest rest;

  private LocalJob(LocalFlink flink, RunConfig config, JobClient client) {
    this.flink = flink;
    this.config = config;
    this.client = client;
    this.rest = new FlinkRest(flink.uiAddress());
  }

  /** Settings of a cluster that restarts a failed job soon and says at once how it is. */
  static Configuration settings() {
    return new Configuration()
        .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000)
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200))
        .set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(200))
        .set(WebOptions.REFRESH_INTERVAL, Duration.ofMillis(100));
  }

  static LocalJob submit(LocalFlink flink, RunConfig config) {
    return submit(flink, config, new Configuration());
  }

  /**
   * @param savepoint where its state comes from
   */
  static LocalJob resume(LocalFlink flink, RunConfig config, String savepoint) {
    return submit(
        flink, config, new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
  }

  private static LocalJob submit(LocalFlink flink, RunConfig config, Configuration settings) {
    JobClient client =
        flink.submit(
            SelectionJob.jobName(config),
            environment -> {
              environment.configure(settings);
              SelectionJob.build(environment, config);
            });
    return new LocalJob(flink, config, client);
  }

  RunConfig config() {
    return config;
  }

  JobID id() {
    return client.getJobID();
  }

  FlinkRest rest() {
    return rest;
  }

  void awaitRunning() {
    await().atMost(PATIENCE).ignoreExceptions().until(() -> rest.isRunning(id()));
  }

  /** Takes a checkpoint that covers all that agents have written. */
  void checkpointAll() throws InterruptedException {
    LossLog.awaitRead(config, rest, id());
    flink.checkpoint(id());
  }

  /** Takes a checkpoint; completes exceptionally when there will be none. */
  CompletableFuture<String> checkpoint() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return flink.checkpoint(id());
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /**
   * Makes one task fail, and waits until the job runs again.
   *
   * @param task beginning of its name
   */
  void fail(String task) {
    long before = rest.restores(id());
    interrupt(task);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> rest.restores(id()) > before);
    awaitRunning();
  }

  /** Makes one task fail: it runs on a thread of its name, which is interrupted. */
  void interrupt(String task) {
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(
                thread -> thread.getName().startsWith(task) && thread.getName().contains(" (1/"))
            .toList();
    if (threads.size() != 1) {
      throw new AssertionError(threads.size() + " threads run " + task);
    }
    threads.get(0).interrupt();
  }

  String stop(String folder, SavepointFormatType format) throws Exception {
    return client.stopWithSavepoint(false, folder, format).get();
  }

  /** Waits for the end of a job that fails for good, which throws the reason. */
  void result() throws Exception {
    client.getJobExecutionResult().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void cancel() throws Exception {
    client.cancel().get();
  }
}
