package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer's side of averaging, for any trainer on the JVM: several ranks train one model. At each
 * synchronisation every rank sends its parameters and goes on with the mean of all.
 *
 * <pre>{@code
 * try (ModelClient models = ModelClient.open(config, model)) {
 *   models.newest().ifPresent(average -> take it, and begin with the epoch after);
 *   try (SelectionClient client = SelectionClient.join(config, firstEpoch, samples)) {
 *     models.joined(client);
 *     for (each epoch) {
 *       // train
 *       models.send(new RankModel(sync, worldSize, samples, parameters));
 *       AveragedModel mean = models.await(sync);
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>For one thread at a time; only the metrics are for any.
 */
public final class ModelClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelClient.class);

  /** Heals whatever was lost on the way: a job that began anew, or records that were deleted. */
  private static final Duration RESEND_INTERVAL = Duration.ofMinutes(5);

  private final RunConfig config;
  private final SharedModel model;
  private final Supplier<Producer<Void, MessageLite>> producers;
  private final Check topics;
  private final LongSupplier nanoTime;
  private final Logger log;
  private final ModelCounters counters = new ModelCounters();
  private final AverageReader reader;

  private long incarnation = -1;
  private Runnable refusals = () -> {};

  /** Null until the first model is sent: one that trains alone does without. */
  private UpdateWriter writer;

  /** What was sent last; null once its average is here. */
  private RankModel sent;

  private long sentAt;

  ModelClient(
      RunConfig config,
      SharedModel model,
      Supplier<Producer<Void, MessageLite>> producers,
      Consumer<Void, byte[]> consumer,
      Check topics,
      LongSupplier nanoTime,
      Logger log) {
    this.config = config;
    this.model = model;
    this.producers = producers;
    this.topics = topics;
    this.nanoTime = nanoTime;
    this.log = log;
    this.reader = new AverageReader(config, model, consumer, counters, nanoTime, log);
  }

  /**
   * Creates the run's topics where they are missing. With several ranks, checks that they can carry
   * the model; a rank that trains alone does so when it is not alone any more.
   *
   * @param config with run, bootstrap-servers, partitions, rank, world-size
   * @throws UserError when the brokers cannot be reached, the topics do not fit the run, or they or
   *     the agents' memory cannot hold the model; says which setting is in the way
   */
  public static ModelClient open(RunConfig config, SharedModel model) throws InterruptedException {
    RunTopics.ensure(config, Role.AGENT);
    Check topics = new ModelTopics(config, model)::check;
    if (config.get(Options.WORLD_SIZE) > 1) {
      model.checkSize();
      topics.run();
      topics = () -> {};
    }
    return new ModelClient(
        config,
        model,
        () -> KafkaClients.producer(config),
        KafkaClients.consumer(config),
        topics,
        System::nanoTime,
        LOG);
  }

  /**
   * The newest complete average of the run, if there is one by now; call it before joining.
   *
   * @throws UserError when what is there is not of this model
   */
  public Optional<AveragedModel> newest() throws InterruptedException {
    return reader.newest();
  }

  /** This rank has joined; from now on it may send, and stops once the job has refused it. */
  public void joined(SelectionClient client) {
    joined(client.incarnation(), client::checkRefusals);
  }

  void joined(long ownIncarnation, Runnable ownRefusals) {
    incarnation = ownIncarnation;
    refusals = ownRefusals;
  }

  /**
   * Sends this rank's model, and waits until Kafka has taken all of it. It is kept, and sent again
   * every five minutes, until its average has come.
   *
   * @throws UserError when Kafka does not take it, or the job has refused this agent
   */
  public void send(RankModel own) throws InterruptedException {
    refusals.run();
    if (writer == null) {
      if (incarnation < 0) {
        throw new IllegalStateException("this rank has not joined");
      }
      model.checkSize();
      topics.run();
      writer = new UpdateWriter(config, model, incarnation, producers.get(), counters);
    }
    sent = own;
    write();
  }

  /**
   * Waits for the average, for as long as it takes; logs what is missing.
   *
   * @throws UserError when what comes does not fit the model, or the job has refused this agent
   */
  public AveragedModel await(SyncPoint sync) throws InterruptedException {
    AveragedModel average = reader.await(sync, this::checkAndSendAgain);
    sent = null;
    return average;
  }

  /** Waits as {@link #await} for the average that ends an epoch, of which this rank is not. */
  public AveragedModel awaitEnd(int epoch) throws InterruptedException {
    return await(SyncPoint.endOf(epoch));
  }

  public ModelMetrics metrics() {
    return counters.snapshot();
  }

  /** Leaves without a word to the job. */
  @Override
  public void close() {
    reader.close();
    if (writer != null) {
      writer.close();
    }
  }

  private void checkAndSendAgain() throws InterruptedException {
    refusals.run();
    if (sent != null && nanoTime.getAsLong() - sentAt >= RESEND_INTERVAL.toNanos()) {
      log.info("sending the model at {} again, for its average has not come", sent.sync());
      write();
    }
  }

  private void write() throws InterruptedException {
    writer.send(sent);
    sentAt = nanoTime.getAsLong();
  }
}
