package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * A trainer's side of the protocol, for any trainer on the JVM. Per epoch: await the selection,
 * train on this rank's slice of it while reporting the losses, end the epoch.
 *
 * <pre>{@code
 * try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 50_000)))) {
 *   for (int epoch = 0; epoch < epochs; epoch++) {
 *     Slice slice = client.awaitSelection(epoch).slice(rank).shuffled(seed);
 *     for (each batch of the slice) {
 *       client.report(epoch, ids, losses, count);
 *     }
 *     client.endEpoch(epoch);
 *   }
 * }
 * }</pre>
 *
 * <p>A trainer that does not want to stand still between two epochs closes an epoch before its last
 * batches with {@link #closeEpoch}; their losses then count for the next epoch, and the next
 * selection is made while they are trained.
 *
 * <p>Every method throws a {@link UserError} once the job has refused this agent: another one has
 * taken its rank, its Join did not fit the run, or losses that it sent have not arrived.
 *
 * <p>Selections are awaited by one thread at a time; everything else may be called from any thread.
 */
public final class SelectionClient implements AutoCloseable {

  private final Sharding sharding;
  private final int joinedWorldSize;
  private final ClientCounters counters;
  private final EventWriter writer;
  private final LossSender sender;
  private final SelectionReader reader;
  private final RefusalWatch refusals;

  /** Null where none are wanted. */
  private final Labels labels;

  /** When Kafka had taken the last epoch end, by {@link System#nanoTime}. */
  private volatile CompletableFuture<Long> lastEnd =
      CompletableFuture.completedFuture(System.nanoTime());

  private volatile boolean closed;

  private SelectionClient(
      RunConfig config,
      int firstEpoch,
      ClientCounters counters,
      EventWriter writer,
      SelectionReader reader,
      RefusalWatch refusals,
      Labels labels) {
    this.sharding = config.sharding();
    this.joinedWorldSize = config.get(Options.WORLD_SIZE);
    this.counters = counters;
    this.writer = writer;
    this.sender =
        new LossSender(
            writer,
            sharding,
            config.get(Options.LOSS_BUFFER),
            config.relativeLosses(),
            counters,
            firstEpoch);
    this.reader = reader;
    this.refusals = refusals;
    this.labels = labels;
  }

  /**
   * Announces this rank, which makes every earlier client of the same rank obsolete, and ends the
   * epoch before the first. Creates the run's topics where they are missing.
   *
   * @param config with run, bootstrap-servers, shards, partitions, rank, world-size
   * @param firstEpoch the epoch to be trained first; 0 in a new run
   * @param samples ids to declare to the job at the start of the run, selectable from the first
   *     epoch on; one rank suffices. When a selection is there already they are not declared again:
   *     then {@link #addSamples} or {@code sluice dataset add} announces what is new
   * @throws UserError when the brokers cannot be reached, the topics do not fit the run, or an id
   *     is too large for the number of shards
   */
  public static SelectionClient join(RunConfig config, int firstEpoch, List<IdRange> samples)
      throws InterruptedException {
    return join(config, firstEpoch, samples, null);
  }

  /**
   * The same, and if the run has a class-floor, declares the classes of samples with them.
   *
   * @param labels asked for every sample that this client declares, now or later
   */
  public static SelectionClient join(
      RunConfig config, int firstEpoch, List<IdRange> samples, Labels labels)
      throws InterruptedException {
    int rank = config.get(Options.RANK);
    int worldSize = config.get(Options.WORLD_SIZE);
    if (rank >= worldSize) {
      throw new UsageError(
          String.format(
              "rank is %d, but world-size is %d; allowed: 0 to %d",
              rank, worldSize, worldSize - 1));
    }
    RunTopics.ensure(config, Role.AGENT);
    RefusalWatch refusals =
        new RefusalWatch(config, KafkaClients.consumer(config), SelectionClient::startWatch);
    return join(
        config,
        firstEpoch,
        samples,
        config.get(Options.CLASS_FLOOR) > 0 ? labels : null,
        KafkaClients.producer(config),
        KafkaClients.consumer(config),
        refusals);
  }

  private static void startWatch(Runnable task) {
    Thread thread = new Thread(task, "sluice-refusal-watch");
    thread.setDaemon(true);
    thread.start();
  }

  static SelectionClient join(
      RunConfig config,
      int firstEpoch,
      List<IdRange> samples,
      Labels labels,
      Producer<Void, ? super LossEvent> producer,
      Consumer<Void, byte[]> consumer,
      RefusalWatch refusals)
      throws InterruptedException {
    ClientCounters counters = new ClientCounters();
    Sharding sharding = config.sharding();
    EventWriter writer = new EventWriter(config, producer, counters);
    boolean joined = false;
    try {
      ShardRanges.check(sharding, samples);
      SelectionReader reader = new SelectionReader(config, consumer, counters);
      boolean begun = reader.isAnyPublished();
      writer.join(firstEpoch);
      if (!begun) {
        writer.declare(samples, firstEpoch, labels);
      }
      writer.endEpoch(firstEpoch - 1, new long[sharding.shards()]);
      writer.awaitDelivery();
      refusals.start(writer.incarnation(), writer.joins());
      joined = true;
      return new SelectionClient(config, firstEpoch, counters, writer, reader, refusals, labels);
    } finally {
      if (!joined) {
        writer.close();
        consumer.close();
        refusals.close();
      }
    }
  }

  /**
   * Declares further samples, without waiting; a failure shows when an epoch is closed.
   *
   * @param fromEpoch first epoch that may select them; the open epoch or one that is past means the
   *     next one
   * @throws UserError when an id is too large for the number of shards
   */
  public void addSamples(List<IdRange> samples, int fromEpoch) {
    checkOpen();
    ShardRanges.check(sharding, samples);
    sender.declare(List.copyOf(samples), fromEpoch, labels);
  }

  /**
   * Waits until the selection is complete, for as long as it takes; logs what is missing. Waits for
   * the last {@link #closeEpoch} first.
   *
   * @param epoch the same as before or a later one
   * @throws UserError when what comes does not fit the run, or the last close has failed
   */
  public Selection awaitSelection(int epoch) throws InterruptedException {
    try {
      return await(epoch, null);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * As {@link #awaitSelection(int)}, but not for ever; may be called again for the same epoch.
   *
   * @throws TimeoutException says what is missing
   */
  public Selection awaitSelection(int epoch, Duration timeout)
      throws InterruptedException, TimeoutException {
    return await(epoch, timeout);
  }

  /**
   * Takes losses to be sent. Returns at once and keeps nothing of the arrays. Losses beyond the
   * loss-buffer that Kafka has not taken yet are dropped and counted.
   *
   * <p>With {@code signal: relative}, one call has to be one mini-batch: each loss is also sent
   * less the mean of those that it was reported with.
   *
   * @param epoch the open epoch: what was reported before {@link #closeEpoch} counts for the epoch
   *     that it closes, what is reported after it for the next one
   * @param ids sample ids, at least 0; the first {@code count} count
   * @param losses one loss per id, in the loss function's unit
   * @throws IllegalArgumentException when another epoch is open or the arguments make no sense;
   *     nothing is taken then
   */
  public void report(int epoch, long[] ids, float[] losses, int count) {
    checkOpen();
    if (count > ids.length || count > losses.length) {
      throw new IllegalArgumentException(
          count + " losses in arrays of " + ids.length + " and " + losses.length);
    }
    for (int i = 0; i < count; i++) {
      if (ids[i] < 0 || sharding.localIndexOf(ids[i]) >= Sharding.MAX_LOCAL_INDEX) {
        throw new IllegalArgumentException("sample id " + ids[i] + " is out of range");
      }
    }
    sender.report(epoch, ids, losses, count);
  }

  /**
   * Ends the epoch in every shard, after all losses that were reported for it, and opens the next
   * one. Returns at once: losses of {@code epoch + 1} may be reported from now on, also before its
   * selection is known.
   *
   * @param epoch the open epoch
   * @return completes when Kafka has taken all of it; exceptionally with a {@link UserError} when
   *     it did not take a record, after which no epoch can be ended and the agent has to start
   *     again, and with an {@link IllegalStateException} when the client is closed before
   */
  public CompletableFuture<Void> closeEpoch(int epoch) {
    return end(epoch).thenAccept(at -> {});
  }

  /**
   * As {@link #closeEpoch}, and waits until Kafka has taken all of it.
   *
   * @param epoch the open epoch
   * @throws UserError when Kafka did not take a record of this epoch; the epoch cannot be ended
   *     then, and the agent has to start again
   */
  public void endEpoch(int epoch) throws InterruptedException {
    try {
      end(epoch).get();
    } catch (ExecutionException e) {
      throw failed(e);
    }
  }

  /**
   * Says nothing to the job about an epoch whose selection this rank has no part in, and opens the
   * next one: a rank that is added to a run waits so for the first epoch that is its own too.
   *
   * @param epoch the open epoch, for which nothing was reported
   */
  public void skipEpoch(int epoch) {
    checkOpen();
    sender.skipEpoch(epoch);
  }

  /**
   * Sends all losses that were reported so far, without waiting for full batches, and ends nothing.
   *
   * @return as of {@link #closeEpoch}
   */
  public CompletableFuture<Void> flush() {
    checkOpen();
    return sender.flush().thenAccept(at -> {});
  }

  public ClientMetrics metrics() {
    return counters.snapshot();
  }

  /** Losses dropped so far because the buffer was full or Kafka refused them. */
  public long lossesDropped() {
    return counters.lossesDropped.sum();
  }

  /** Leaves without a word to the job; gives up on what has not been sent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      refusals.close();
      reader.close();
      sender.close();
    }
  }

  long incarnation() {
    return writer.incarnation();
  }

  /**
   * @throws UserError once the job has refused this agent
   */
  void checkRefusals() {
    refusals.check();
  }

  private synchronized CompletableFuture<Long> end(int epoch) {
    checkOpen();
    lastEnd = sender.closeEpoch(epoch);
    return lastEnd;
  }

  private Selection await(int epoch, Duration timeout)
      throws InterruptedException, TimeoutException {
    checkOpen();
    long start = System.nanoTime();
    long endedAt = awaitLastEnd(timeout);
    Duration left = timeout;
    if (timeout != null) {
      left = timeout.minusNanos(Math.min(System.nanoTime() - start, timeout.toNanos()));
    }
    SelectionAssembler.Complete complete = reader.await(epoch, left, refusals::check);
    int worldSize = complete.worldSize() == 0 ? joinedWorldSize : complete.worldSize();
    writer.worldSize(worldSize);
    Duration turnaround = Duration.ofNanos(System.nanoTime() - endedAt);
    return new Selection(epoch, turnaround, sharding, worldSize, complete.parts());
  }

  /** An end that is not in the log brings no selection. */
  private long awaitLastEnd(Duration timeout) throws InterruptedException, TimeoutException {
    CompletableFuture<Long> end = lastEnd;
    try {
      return timeout == null ? end.get() : end.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (TimeoutException e) {
      TimeoutException clear =
          new TimeoutException(
              String.format(
                  "Kafka has not taken the end of the epoch within %s ms", timeout.toMillis()));
      clear.initCause(e);
      throw clear;
    }
  }

  private static RuntimeException failed(ExecutionException e) {
    return e.getCause() instanceof RuntimeException known
        ? known
        : new IllegalStateException(e.getCause());
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    refusals.check();
  }
}
