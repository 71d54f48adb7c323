package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.agent.Agent;
import io.sluice.agent.train.TrainingListener;
import io.sluice.faults.FreePorts;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run of two agents shows, one of which lets the other wait for a while. */
class MetricNamesTest {

  private static final String OPERATOR = "flink_taskmanager_job_task_operator_";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SAMPLES = 500;

  private static final ExecutorService agents = Executors.newCachedThreadPool();
  private static LocalKafka kafka;
  private static LocalFlink flink;

  /** Of the first rank to start, while it waits for the other. */
  private static Exposition waiting;

  /** Of both, when epochs have been trained and checkpoints made. */
  private static Exposition job;

  private static Exposition agent;

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    int ports = FreePorts.takeRow(3);
    kafka = LocalKafka.create();
    flink = LocalFlink.create(0, 2, LocalFlink.metricsOn(ports));
    RunConfig config =
        TestingRun.config(
            kafka.bootstrapServers(),
            "watched-run",
            Map.of(
                "world-size", "2",
                "dataset", "glyphs:" + SAMPLES,
                "model", "linear",
                "epochs", "unbounded",
                "stall-warning", "100ms",
                "checkpoint-dir", folder.resolve("checkpoints").toString()));
    flink.submit(SelectionJob.jobName(config), env -> SelectionJob.build(env, config));

    StraySync.send(config);
    train(config, 0, ports + 1);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              Exposition now = Exposition.scrape(ports);
              return now.sum(OPERATOR + "rank_stalledShards") == 8
                  && now.sum(OPERATOR + "rank_stalledSyncs") == 1;
            });
    waiting = Exposition.scrape(ports);

    train(config, 1, ports + 2);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> Exposition.scrape(ports + 2).sum("sluice_agent_epoch") >= 3);
    agent = Exposition.scrape(ports + 2);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              job = Exposition.scrape(ports);
              return job.sum("flink_jobmanager_job_lastCheckpointSize") > 0;
            });
  }

  @AfterAll
  static void stop() throws Exception {
    agents.shutdownNow();
    assertThat(agents.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    flink.close();
    kafka.close();
  }

  @Test
  void everyMetricOfTheDashboardIsThere() {
    Set<String> used = new TreeSet<>();
    Dashboard.read().queries().forEach(query -> used.addAll(PromQl.metrics(query.expression())));

    assertThat(exposed()).containsAll(used);
  }

  @Test
  void everyMetricOfTheAlertsIsThere() {
    Set<String> used = new TreeSet<>();
    Alerts.all().forEach(alert -> used.addAll(PromQl.metrics(alert.expression())));

    assertThat(exposed()).containsAll(used);
  }

  @Test
  void whatDistinguishesMetricsIsALabel() {
    assertThat(waiting.sum(OPERATOR + "rank_stalledShards", "rank", "1")).isEqualTo(8);
    assertThat(waiting.sum(OPERATOR + "rank_stalledSyncs", "rank", "0")).isEqualTo(1);
    assertThat(job.of(OPERATOR + "reason_rejected"))
        .extracting(sample -> sample.labels().get("reason"))
        .contains("non-finite-loss", "repeated-batch");
    assertThat(job.of(OPERATOR + "cluster_center"))
        .extracting(sample -> sample.labels().get("cluster"))
        .containsExactlyInAnyOrder("0", "1", "2", "3", "4");
    assertThat(job.samples())
        .filteredOn(sample -> sample.name().startsWith(OPERATOR))
        .allMatch(sample -> sample.labels().get("job_name").equals("sluice: watched-run"));
    assertThat(agent.samples())
        .allMatch(sample -> sample.labels().equals(Map.of("run", "watched-run", "rank", "1")));
  }

  @Test
  void numbersAreTheRuns() {
    assertThat(job.sum(OPERATOR + "samplesKnown")).isEqualTo(SAMPLES);
    assertThat(job.sum(OPERATOR + "cluster_size")).isGreaterThan(SAMPLES / 2.0);
    assertThat(job.sum(OPERATOR + "epoch")).isGreaterThanOrEqualTo(3);
    assertThat(agent.sum("sluice_agent_samples_known")).isEqualTo(SAMPLES);
    assertThat(agent.sum("sluice_agent_samples_selected")).isBetween(1.0, 1.0 * SAMPLES);
    assertThat(agent.sum("sluice_agent_samples_trained_total")).isGreaterThan(SAMPLES / 2.0);
    assertThat(agent.sum("sluice_agent_losses_reported_total")).isGreaterThan(SAMPLES / 2.0);
    assertThat(agent.sum("sluice_agent_losses_sent_total")).isPositive();
    assertThat(agent.sum("sluice_agent_losses_dropped_total")).isZero();
    assertThat(agent.sum("sluice_agent_sent_bytes_total")).isPositive();
    assertThat(agent.sum("sluice_agent_read_bytes_total")).isPositive();
    assertThat(agent.sum("sluice_agent_turnaround_seconds")).isPositive();
    assertThat(agent.sum("sluice_agent_gpu_idle_seconds_total")).isPositive();
    assertThat(agent.sum("sluice_agent_training_loss")).isPositive();
    assertThat(agent.sum("sluice_agent_test_accuracy_ratio")).isBetween(0.01, 1.0);
    assertThat(agent.sum("sluice_agent_checkpoint_seconds")).isPositive();
    // 28 x 28 pixels to 26 classes: parameters of four bytes, and two more for each in AdamW.
    assertThat(agent.sum("sluice_agent_checkpoint_bytes")).isGreaterThan(28 * 28 * 26 * 12);
  }

  private static Set<String> exposed() {
    Set<String> names = new TreeSet<>(job.names());
    names.addAll(agent.names());
    return names;
  }

  private static void train(RunConfig config, int rank, int metricsPort) {
    RunConfig own =
        config.with(
            Map.of("rank", Integer.toString(rank), "metrics-port", Integer.toString(metricsPort)),
            "test");
    Future<?> unused =
        agents.submit(
            () -> {
              try (Agent trainer = Agent.open(own, InetAddress.getLoopbackAddress())) {
                trainer.run(new TrainingListener() {});
              }
              return null;
            });
  }
}
