package io.sluice.agent;

import io.sluice.agent.client.ClientMetrics;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.ModelMetrics;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.agent.train.BadModel;
import io.sluice.agent.train.DeviceChoice;
import io.sluice.agent.train.TrainerSettings;
import io.sluice.agent.train.TrainingListener;
import io.sluice.agent.train.TrainingLoop;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;

/**
 * One agent of a run: trains its slice of every selection, reports the losses, and resumes from its
 * checkpoint when it is started again. The agents of a run train one model, or with {@code average:
 * off} a replica each. Rank 0 declares the dataset's samples to the job.
 */
public final class Agent implements AutoCloseable {

  private final RunConfig config;
  private final InetAddress metricsAddress;
  private final SampleSource source;
  private final TrainingLoop loop;
  private volatile SelectionClient client;
  private volatile KafkaExchange exchange;

  private Agent(
      RunConfig config, InetAddress metricsAddress, SampleSource source, TrainingLoop loop) {
    this.config = config;
    this.metricsAddress = metricsAddress;
    this.source = source;
    this.loop = loop;
  }

  /** As {@link #open(RunConfig, InetAddress)}, with metrics on every interface. */
  public static Agent open(RunConfig config) throws InterruptedException {
    return open(config, new InetSocketAddress(0).getAddress());
  }

  /**
   * Opens the dataset and loads the model, with its newest checkpoint if there is one.
   *
   * @param metricsAddress where to serve metrics while it runs, if {@code metrics-port} is set
   * @throws UserError when the dataset, the model, the device or the checkpoint is not as the
   *     settings say
   */
  public static Agent open(RunConfig config, InetAddress metricsAddress)
      throws InterruptedException {
    // DJL reports its use from cloud machines unless told not to.
    System.setProperty("OPT_OUT_TRACKING", System.getProperty("OPT_OUT_TRACKING", "true"));
    String spec = config.get(Options.DATASET);
    long seed = config.get(Options.SEED);
    SampleSource source = SampleSources.open(spec, seed);
    TrainerSettings settings =
        new TrainerSettings(
            config.get(Options.RUN_NAME),
            spec,
            config.get(Options.MODEL),
            config.get(Options.BATCH_SIZE),
            config.get(Options.LEARNING_RATE).floatValue(),
            config.get(Options.WEIGHT_DECAY).floatValue(),
            config.get(Options.EPOCHS),
            config.cycle(),
            seed,
            config.get(Options.RANK),
            config.get(Options.SYNC_EVERY),
            BadModel.valueOf(config.get(Options.BAD_MODEL).toUpperCase(Locale.ROOT)),
            config.get(Options.CHECKPOINT_DIR),
            DeviceChoice.valueOf(config.get(Options.DEVICE).toUpperCase(Locale.ROOT)));
    try {
      return new Agent(config, metricsAddress, source, new TrainingLoop(settings, source));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Joins the run and trains to its last epoch; without one, until its thread is interrupted.
   *
   * @throws UserError when Kafka or training fails in a way that a person can mend
   */
  public void run(TrainingListener listener) throws InterruptedException {
    if (!isLeft()) {
      return;
    }
    AgentMetrics metrics =
        new AgentMetrics(
            config.get(Options.RUN_NAME),
            config.get(Options.RANK),
            this::clientMetrics,
            this::modelMetrics);
    TrainingListener listeners = metrics.and(listener);
    try (MetricsServer server = serve(metrics);
        KafkaExchange opened = openExchange()) {
      if (opened != null) {
        exchange = opened;
        loop.averageOver(opened, listeners);
      }
      if (isLeft()) {
        train(listeners);
      }
    }
  }

  /** Whether there is an epoch left to train. */
  private boolean isLeft() {
    return config.get(Options.EPOCHS).include(loop.nextEpoch());
  }

  private void train(TrainingListener listener) throws InterruptedException {
    int firstEpoch = loop.nextEpoch();
    List<IdRange> samples =
        config.get(Options.RANK) == 0 ? List.of(new IdRange(0, source.train().count())) : List.of();
    try (SelectionClient joined =
            SelectionClient.join(config, firstEpoch, samples, source.train()::label);
        KafkaFeed feed = new KafkaFeed(joined, config, firstEpoch)) {
      client = joined;
      if (exchange != null) {
        exchange.joined(joined);
      }
      loop.run(feed, listener);
    }
  }

  /** Null where agents train a replica each. */
  private KafkaExchange openExchange() throws InterruptedException {
    return config.averages() ? KafkaExchange.open(config, loop) : null;
  }

  /** Null when nobody wants it. */
  private MetricsServer serve(AgentMetrics metrics) {
    int port = config.get(Options.METRICS_PORT);
    return port == 0 ? null : MetricsServer.start(metricsAddress, port, metrics.registry());
  }

  /** Epoch that {@link #run} begins with: 0, or the one after the checkpoint's. */
  public int nextEpoch() {
    return loop.nextEpoch();
  }

  /**
   * Losses that {@link #run} has not sent, because Kafka was too slow or refused them; their
   * samples keep their difficulty.
   */
  public long lossesDropped() {
    return clientMetrics().lossesDropped();
  }

  private ClientMetrics clientMetrics() {
    SelectionClient joined = client;
    return joined == null ? ClientMetrics.NONE : joined.metrics();
  }

  private ModelMetrics modelMetrics() {
    KafkaExchange opened = exchange;
    return opened == null ? ModelMetrics.NONE : opened.metrics();
  }

  /** Where it trains, such as {@code cpu()} or {@code gpu(0)}. */
  public String device() {
    return loop.device();
  }

  /** Frees the model and the data. */
  @Override
  public void close() throws InterruptedException {
    try {
      loop.close();
    } finally {
      source.close();
    }
  }
}
