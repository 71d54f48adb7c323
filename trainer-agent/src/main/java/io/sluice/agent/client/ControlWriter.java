package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Writes to {@code <run>.loss-events} what an operator has to say: which samples come and go, and
 * who the ranks are; the latter to {@code <run>.model-updates} too, where the agents train one
 * model. Every method waits until Kafka has taken all of it, and throws a {@link UserError} when it
 * has not; some of the records may stand in the log then. Saying the same again does no harm.
 */
public final class ControlWriter implements AutoCloseable {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Producer<Void, MessageLite> producer;
  private final Sharding sharding;
  private final String topic;
  private final String modelUpdates;
  private final boolean averages;
  private final String brokers;
  private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

  /** The topic of what is under way. */
  private String writing;

  /**
   * @param config with run, bootstrap-servers, shards, partitions; the topics have to be there
   */
  public ControlWriter(RunConfig config) {
    this.producer = KafkaClients.producer(config);
    this.sharding = config.sharding();
    this.topic = config.topics().lossEvents();
    this.modelUpdates = config.topics().modelUpdates();
    this.averages = config.averages();
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
  }

  /**
   * Claims ids, and declares none yet: those from the greatest size that stands before this record
   * in partition 0 up to the size given here. So two who claim at once get different ids.
   *
   * @param datasetSize one more than the greatest id that is claimed
   * @return offset of the record in partition 0
   */
  public long claim(long datasetSize, int fromEpoch) throws InterruptedException {
    SamplesAdded size =
        SamplesAdded.newBuilder()
            .setShard(0)
            .setFromEpoch(fromEpoch)
            .setDatasetSize(datasetSize)
            .build();
    send(0, event().setSamplesAdded(size));
    return awaitDelivery();
  }

  /**
   * Declares samples.
   *
   * @param fromEpoch first epoch that may select them; one that is past means the next
   * @param labels classes to declare with the samples; null for none
   */
  public void add(List<IdRange> samples, int fromEpoch, Labels labels) throws InterruptedException {
    ShardRanges.check(sharding, samples);
    for (int shard = 0; shard < sharding.shards(); shard++) {
      for (SamplesAdded added :
          ShardRanges.declarations(sharding, shard, samples, fromEpoch, labels)) {
        send(sharding.partitionOf(shard), event().setSamplesAdded(added));
      }
    }
    awaitDelivery();
  }

  /** Takes samples out of the run for good. */
  public void retire(List<IdRange> samples) throws InterruptedException {
    ShardRanges.check(sharding, samples);
    for (int shard = 0; shard < sharding.shards(); shard++) {
      for (SamplesRetired retired : ShardRanges.retirements(sharding, shard, samples)) {
        send(sharding.partitionOf(shard), event().setSamplesRetired(retired));
      }
    }
    awaitDelivery();
  }

  /** As {@link #setMembers(int, int, int)}, with one epoch for both. */
  public long setMembers(int worldSize, int fromEpoch) throws InterruptedException {
    return setMembers(worldSize, fromEpoch, fromEpoch);
  }

  /**
   * Makes 0 to {@code worldSize} - 1 the ranks from an epoch on.
   *
   * @param fromEpoch first epoch that they have to end: the open epoch or one that is past means
   *     the open one; -1 and up
   * @param fromSyncs first epoch from which on nobody waits for the parameters of other ranks,
   *     where the agents train one model: a rank that ended an epoch early may be gone before it
   *     has sent those of that epoch's end
   * @return generation of the members
   */
  public long setMembers(int worldSize, int fromEpoch, int fromSyncs) throws InterruptedException {
    Membership.Builder members =
        Membership.newBuilder().setWorldSize(worldSize).setFromEpoch(fromEpoch);
    send(0, event().setMembership(members));
    long generation = awaitDelivery();
    members.setGeneration(generation);
    for (int partition = 1; partition < sharding.partitions(); partition++) {
      send(partition, event().setMembership(members));
    }
    awaitDelivery();
    if (averages) {
      ModelEvent toAverager =
          ModelEvent.newBuilder()
              .setVersion(Wire.VERSION)
              .setMembership(members.setFromEpoch(fromSyncs))
              .build();
      for (int partition = 0; partition < sharding.partitions(); partition++) {
        send(modelUpdates, partition, toAverager);
      }
      awaitDelivery();
    }
    return generation;
  }

  @Override
  public void close() {
    producer.close(CLOSE_PATIENCE);
  }

  private void send(int partition, LossEvent.Builder event) throws InterruptedException {
    send(topic, partition, event.build());
  }

  private void send(String to, int partition, MessageLite event) throws InterruptedException {
    writing = to;
    try {
      underWay.add(producer.send(new ProducerRecord<>(to, partition, null, event)));
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (KafkaException e) {
      throw undelivered(e);
    }
  }

  /** Returns the offset of the last record. */
  private long awaitDelivery() throws InterruptedException {
    long offset = -1;
    try {
      for (Future<RecordMetadata> record : underWay) {
        offset = record.get().offset();
      }
    } catch (ExecutionException e) {
      throw undelivered(e.getCause());
    } finally {
      underWay.clear();
    }
    return offset;
  }

  private UserError undelivered(Throwable cause) {
    return new UserError(
        String.format(
            "Kafka at %s did not take all records for topic %s: %s; see that the brokers are"
                + " running and let you write there",
            brokers, writing, cause.getMessage()),
        cause);
  }

  private static LossEvent.Builder event() {
    return LossEvent.newBuilder().setVersion(Wire.VERSION);
  }
}
