package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SamplesAdded;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Writes one agent's records to {@code <run>.loss-events}. For one thread at a time. The first
 * record that Kafka does not take spoils the epoch, for the job would wait for it; the error is
 * kept until somebody asks.
 */
final class EventWriter implements AutoCloseable {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** Told when Kafka has taken a record or has given up on it. */
  interface Delivery {
    Delivery IGNORED = delivered -> {};

    /**
     * @param delivered where the record stands, when Kafka has taken it
     */
    void done(Optional<RecordMetadata> delivered);
  }

  private final Producer<Void, ? super LossEvent> producer;
  private final String topic;
  private final String brokers;
  private final Sharding sharding;
  private final int rank;
  private volatile int worldSize;
  private final ClientCounters counters;
  private final AtomicReference<UserError> failure = new AtomicReference<>();
  private final Map<Integer, Long> joins = new ConcurrentHashMap<>();
  private long incarnation;

  EventWriter(
      RunConfig config, Producer<Void, ? super LossEvent> producer, ClientCounters counters) {
    this.producer = producer;
    this.topic = config.topics().lossEvents();
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
    this.sharding = config.sharding();
    this.rank = config.get(Options.RANK);
    this.worldSize = config.get(Options.WORLD_SIZE);
    this.counters = counters;
  }

  /** Announces the agent in every partition; its incarnation comes from partition 0. */
  void join(int firstEpoch) throws InterruptedException {
    Join.Builder join =
        Join.newBuilder()
            .setRank(rank)
            .setWorldSize(worldSize)
            .setEpoch(firstEpoch)
            .setShards(sharding.shards())
            .setNonce(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    CompletableFuture<Optional<RecordMetadata>> first = new CompletableFuture<>();
    send(0, event().setJoin(join), first::complete);
    awaitDelivery();
    incarnation = first.join().orElseThrow().offset();
    joins.put(0, incarnation);
    join.setIncarnation(incarnation);
    for (int partition = 1; partition < sharding.partitions(); partition++) {
      send(
          partition,
          event().setJoin(join),
          delivered -> delivered.ifPresent(at -> joins.put(at.partition(), at.offset())));
    }
  }

  long incarnation() {
    return incarnation;
  }

  /** By partition, where the agent's Join stands, as far as Kafka has taken it. */
  Map<Integer, Long> joins() {
    return joins;
  }

  /** Number of ranks that share what is trained now. */
  void worldSize(int now) {
    worldSize = now;
  }

  /**
   * @param labels classes to declare with the samples; null for none
   */
  void declare(List<IdRange> samples, int fromEpoch, Labels labels) {
    for (int shard = 0; shard < sharding.shards(); shard++) {
      for (SamplesAdded added :
          ShardRanges.declarations(sharding, shard, samples, fromEpoch, labels)) {
        send(sharding.partitionOf(shard), event().setSamplesAdded(added), Delivery.IGNORED);
      }
    }
  }

  /**
   * @param batch all but epoch, rank and incarnation
   */
  void report(int epoch, LossBatch.Builder batch, Delivery delivery) {
    batch.setEpoch(epoch).setRank(rank).setIncarnation(incarnation);
    send(sharding.partitionOf(batch.getShard()), event().setLossBatch(batch), delivery);
  }

  /**
   * @param counts by shard, how many losses were written for the epoch
   */
  void endEpoch(int epoch, long[] counts) {
    EpochEnd.Builder end =
        EpochEnd.newBuilder()
            .setEpoch(epoch)
            .setRank(rank)
            .setWorldSize(worldSize)
            .setIncarnation(incarnation);
    for (int shard = 0; shard < sharding.shards(); shard++) {
      end.setShard(shard).setLosses(counts[shard]);
      send(sharding.partitionOf(shard), event().setEpochEnd(end), Delivery.IGNORED);
    }
  }

  /**
   * Waits until Kafka has taken everything written so far.
   *
   * @throws UserError when it did not take a record, now or earlier
   */
  void awaitDelivery() throws InterruptedException {
    try {
      producer.flush();
    } catch (InterruptException e) {
      throw interrupted(e);
    }
    check();
  }

  /**
   * @throws UserError when Kafka has not taken a record
   */
  void check() {
    UserError error = failure.get();
    if (error != null) {
      throw error;
    }
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** Gives up after five seconds on what Kafka has not taken. */
  @Override
  public void close() {
    producer.close(CLOSE_PATIENCE);
  }

  private void send(int partition, LossEvent.Builder builder, Delivery delivery) {
    LossEvent event = builder.build();
    Callback callback =
        (metadata, exception) -> {
          if (exception == null) {
            counters.recordsSent.increment();
            counters.bytesSent.add(event.getSerializedSize());
            delivery.done(Optional.of(metadata));
          } else {
            failure.compareAndSet(null, undelivered(partition, exception));
            delivery.done(Optional.empty());
          }
        };
    KafkaClients.send(producer, new ProducerRecord<>(topic, partition, null, event), callback);
  }

  private UserError undelivered(int partition, Throwable cause) {
    return new UserError(
        String.format(
            "Kafka at %s did not take a record for topic %s, partition %d: %s; see that the broker"
                + " is running and lets this agent write, then start the agent again",
            brokers, topic, partition, cause.getMessage()),
        cause);
  }

  private static LossEvent.Builder event() {
    return LossEvent.newBuilder().setVersion(Wire.VERSION);
  }

  static InterruptedException interrupted(KafkaException e) {
    // Kafka sets the flag again; the exception takes its place.
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException();
    interrupted.initCause(e);
    return interrupted;
  }
}
