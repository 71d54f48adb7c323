package io.sluice.agent;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.sluice.agent.client.ClientMetrics;
import io.sluice.agent.client.ModelMetrics;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.Sync;
import io.sluice.agent.train.TrainingListener;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Every metric of one agent, as Prometheus reads them: each name begins with {@code sluice_agent_}
 * and has the labels {@code run} and {@code rank}. What the client counts is read when somebody
 * asks; the rest is set per batch or per epoch. Gauges are -1 or NaN until first set.
 */
final class AgentMetrics implements TrainingListener {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Labels labels;
  private final int rank;
  private final Supplier<ClientMetrics> client;

  private final Gauge epoch;
  private final Gauge known;
  private final Gauge selected;
  private final Gauge turnaround;
  private final Gauge loss;
  private final Gauge accuracy;
  private final Gauge checkpointTime;
  private final Gauge checkpointSize;
  private final Counter trained;
  private final Counter gpuIdle;
  private final Counter syncs;
  private final Counter syncTime;
  private final Counter leftOut;

  /** Samples of the epoch that {@link #trained} has counted. */
  private long trainedOfEpoch;

  AgentMetrics(
      String run, int rank, Supplier<ClientMetrics> client, Supplier<ModelMetrics> models) {
    this.rank = rank;
    this.labels = Labels.of("run", run, "rank", Integer.toString(rank));
    this.client = client;

    epoch = gauge("epoch", "Epoch that is trained.", -1);
    known = gauge("samples_known", "Samples that the run knew when it selected.", -1);
    selected = gauge("samples_selected", "Samples selected for the epoch, of all ranks.", -1);
    trained = counter("samples_trained", "Samples trained on by this rank.");
    loss = gauge("training_loss", "Mean loss of the epoch so far, in nats.", Double.NaN);
    accuracy = gauge("test_accuracy_ratio", "Share of the test split that is classified right.");
    turnaround =
        gauge(
            "turnaround_seconds",
            "Time from this rank's end of an epoch to the newest selection being here.");
    gpuIdle = counter("gpu_idle_seconds", "Time that training stood still for the protocol.");
    syncs = counter("syncs", "Times that the parameters were averaged with those of other ranks.");
    syncTime = counter("sync_seconds", "Time that training stood still for that.");
    leftOut =
        counter("syncs_left_out", "Times that this rank was left out: its model was not finite.");
    checkpointTime = gauge("checkpoint_seconds", "Time that writing the newest checkpoint took.");
    checkpointSize = gauge("checkpoint_bytes", "Size of the newest checkpoint.");

    count("losses_reported", "Losses of trained samples.", ClientMetrics::lossesReported);
    count("losses_sent", "Losses that Kafka has acknowledged.", ClientMetrics::lossesSent);
    count(
        "losses_dropped",
        "Losses not sent: the buffer was full, or Kafka refused them.",
        ClientMetrics::lossesDropped);
    count("records_sent", "Records that Kafka has acknowledged.", ClientMetrics::recordsSent);
    count(
        "sent_bytes",
        "Bytes of the records' values, before compression.",
        ClientMetrics::bytesSent);
    count("chunks_read", "Chunks of selections read.", ClientMetrics::chunksRead);
    count("read_bytes", "Bytes of the chunks' values.", ClientMetrics::bytesRead);
    count(
        "repeats_dropped",
        "Chunks that were published before, with the same content.",
        ClientMetrics::repeatsDropped);
    count(
        "model_sent_bytes",
        "Bytes of parameters that Kafka has acknowledged, before compression.",
        models,
        ModelMetrics::bytesSent);
    count("model_read_bytes", "Bytes of averages read.", models, ModelMetrics::bytesRead);
  }

  PrometheusRegistry registry() {
    return registry;
  }

  @Override
  public void epochStarted(EpochSamples samples) {
    trainedOfEpoch = 0;
    epoch.set(samples.epoch());
    known.set((double) samples.known());
    selected.set((double) samples.selected());
    turnaround.set(seconds(samples.turnaround()));
  }

  @Override
  public void epochResumed(int epochOfCheckpoint, long done) {
    trainedOfEpoch = done;
  }

  @Override
  public void batchDone(
      int epochOfBatch, long done, long total, double meanLoss, double samplesPerSecond) {
    trained.inc(done - trainedOfEpoch);
    trainedOfEpoch = done;
    loss.set(meanLoss);
  }

  @Override
  public void checkpointSaved(long bytes, Duration time) {
    checkpointSize.set((double) bytes);
    checkpointTime.set(seconds(time));
  }

  @Override
  public void averaged(Sync sync, List<Integer> ranksLeftOut, Duration time) {
    syncs.inc();
    syncTime.inc(seconds(time));
    if (ranksLeftOut.contains(rank)) {
      leftOut.inc();
    }
  }

  @Override
  public void epochDone(EpochResult result) {
    accuracy.set(result.testAccuracy());
    gpuIdle.inc(seconds(result.gpuIdle()));
  }

  private Gauge gauge(String name, String help) {
    return gauge(name, help, Double.NaN);
  }

  private Gauge gauge(String name, String help, double initial) {
    Gauge gauge =
        Gauge.builder().name(prefixed(name)).help(help).constLabels(labels).register(registry);
    gauge.set(initial);
    return gauge;
  }

  /** Prometheus appends _total to the name of a counter. */
  private Counter counter(String name, String help) {
    return Counter.builder().name(prefixed(name)).help(help).constLabels(labels).register(registry);
  }

  private void count(String name, String help, ToLongFunction<ClientMetrics> value) {
    count(name, help, client, value);
  }

  private <T> void count(String name, String help, Supplier<T> counts, ToLongFunction<T> value) {
    CounterWithCallback.builder()
        .name(prefixed(name))
        .help(help)
        .constLabels(labels)
        .callback(count -> count.call((double) value.applyAsLong(counts.get())))
        .register(registry);
  }

  private static String prefixed(String name) {
    return "sluice_agent_" + name;
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
