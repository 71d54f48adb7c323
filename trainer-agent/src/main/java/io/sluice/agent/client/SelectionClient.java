package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.LossEvent;
import java.time.Duration;
import java.util.List;
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
 *     Slice slice = client.awaitSelection(epoch).slice(rank, worldSize).shuffled(seed);
 *     for (each batch of the slice) {
 *       client.report(epoch, ids, losses, count);
 *     }
 *     client.endEpoch(epoch);
 *   }
 * }
 * }</pre>
 *
 * <p>{@link #report} may be called from any thread; the other methods from one at a time.
 */
public final class SelectionClient implements AutoCloseable {

  private final Sharding sharding;
  private final ClientCounters counters;
  private final LossSender sender;
  private final SelectionReader reader;
  private volatile int openEpoch;
  private volatile long endedAt;
  private volatile boolean closed;

  private SelectionClient(
      Sharding sharding,
      ClientCounters counters,
      LossSender sender,
      SelectionReader reader,
      int firstEpoch) {
    this.sharding = sharding;
    this.counters = counters;
    this.sender = sender;
    this.reader = reader;
    this.openEpoch = firstEpoch;
    this.endedAt = System.nanoTime();
  }

  /**
   * Announces this rank, which makes every earlier client of the same rank obsolete, and ends the
   * epoch before the first. Creates the run's topics where they are missing.
   *
   * @param config with run, bootstrap-servers, shards, partitions, rank, world-size, generation
   * @param firstEpoch the epoch to be trained first; 0 in a new run
   * @param samples ids to declare to the job, selectable from the first epoch on; one rank suffices
   * @throws UserError when the brokers cannot be reached, the topics do not fit the run, or an id
   *     is too large for the number of shards
   */
  public static SelectionClient join(RunConfig config, int firstEpoch, List<IdRange> samples)
      throws InterruptedException {
    int rank = config.get(Options.RANK);
    int worldSize = config.get(Options.WORLD_SIZE);
    if (rank >= worldSize) {
      throw new UsageError(
          String.format(
              "rank is %d, but world-size is %d; allowed: 0 to %d",
              rank, worldSize, worldSize - 1));
    }
    RunTopics.ensure(config);
    return join(
        config, firstEpoch, samples, KafkaClients.producer(config), KafkaClients.consumer(config));
  }

  static SelectionClient join(
      RunConfig config,
      int firstEpoch,
      List<IdRange> samples,
      Producer<Void, ? super LossEvent> producer,
      Consumer<Void, byte[]> consumer)
      throws InterruptedException {
    ClientCounters counters = new ClientCounters();
    Sharding sharding = config.sharding();
    EventWriter writer = new EventWriter(config, producer, counters);
    boolean joined = false;
    try {
      ShardRanges.check(sharding, samples);
      writer.join(firstEpoch);
      writer.declare(samples, firstEpoch);
      writer.endEpoch(firstEpoch - 1, new long[sharding.shards()]);
      writer.awaitDelivery();
      SelectionReader reader = new SelectionReader(config, consumer, counters);
      LossSender sender =
          new LossSender(writer, sharding, config.get(Options.LOSS_BUFFER), counters, firstEpoch);
      joined = true;
      return new SelectionClient(sharding, counters, sender, reader, firstEpoch);
    } finally {
      if (!joined) {
        writer.close();
        consumer.close();
      }
    }
  }

  /**
   * Declares further samples, without waiting; a failure shows at {@link #endEpoch}.
   *
   * @param fromEpoch first epoch that may select them; the open epoch or one that is past means the
   *     next one
   * @throws UserError when an id is too large for the number of shards
   */
  public void addSamples(List<IdRange> samples, int fromEpoch) {
    checkOpen();
    ShardRanges.check(sharding, samples);
    sender.declare(List.copyOf(samples), fromEpoch);
  }

  /**
   * Waits until the selection is complete, for as long as it takes; logs what is missing.
   *
   * @param epoch the same as before or a later one
   * @throws UserError when what comes does not fit the run
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
   * loss-buffer that Kafka has not taken yet are dropped and counted, and so are those that come
   * while the epoch is being ended.
   *
   * @param epoch the open epoch
   * @param ids sample ids, at least 0; the first {@code count} count
   * @param losses one loss per id, in the loss function's unit
   */
  public void report(int epoch, long[] ids, float[] losses, int count) {
    checkOpen();
    if (epoch != openEpoch) {
      throw new IllegalArgumentException(
          "losses of epoch " + epoch + " while epoch " + openEpoch + " is open");
    }
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
   * Sends what is left of the epoch's losses, ends the epoch in every shard, and waits until Kafka
   * has taken all of it.
   *
   * @param epoch the open epoch
   * @throws UserError when Kafka did not take a record of this epoch; the epoch cannot be ended
   *     then, and the agent has to start again
   */
  public void endEpoch(int epoch) throws InterruptedException {
    checkOpen();
    if (epoch != openEpoch) {
      throw new IllegalArgumentException(
          "cannot end epoch " + epoch + " while epoch " + openEpoch + " is open");
    }
    sender.endEpoch(epoch);
    endedAt = System.nanoTime();
    openEpoch = epoch + 1;
  }

  public ClientMetrics metrics() {
    return counters.snapshot();
  }

  /**
   * Losses dropped so far because the buffer was full, Kafka refused them, or their epoch was
   * ended.
   */
  public long lossesDropped() {
    return counters.lossesDropped.sum();
  }

  /** Leaves without a word to the job; gives up on what has not been sent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      reader.close();
      sender.close();
    }
  }

  private Selection await(int epoch, Duration timeout)
      throws InterruptedException, TimeoutException {
    checkOpen();
    List<SelectedPart> parts = reader.await(epoch, timeout);
    return new Selection(epoch, Duration.ofNanos(System.nanoTime() - endedAt), sharding, parts);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }
}
