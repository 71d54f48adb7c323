package io.sluice.agent.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Writes one rank's models to {@code <run>.model-updates}, in chunks. For one thread at a time. */
final class UpdateWriter implements AutoCloseable {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Producer<Void, ? super ModelEvent> producer;
  private final SharedModel model;
  private final String topic;
  private final String brokers;
  private final int partitions;
  private final int rank;
  private final long incarnation;
  private final ModelCounters counters;

  UpdateWriter(
      RunConfig config,
      SharedModel model,
      long incarnation,
      Producer<Void, ? super ModelEvent> producer,
      ModelCounters counters) {
    this.producer = producer;
    this.model = model;
    this.topic = config.topics().modelUpdates();
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
    this.partitions = config.sharding().partitions();
    this.rank = config.get(Options.RANK);
    this.incarnation = incarnation;
    this.counters = counters;
  }

  /**
   * Sends a model, and waits until Kafka has taken all of it.
   *
   * @throws UserError when it has not
   */
  void send(RankModel own) throws InterruptedException {
    AtomicReference<UserError> failure = new AtomicReference<>();
    try {
      for (int chunk = 0; chunk < model.chunks() && failure.get() == null; chunk++) {
        send(chunk % partitions, event(own, chunk), failure);
      }
      producer.flush();
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** Gives up after five seconds on what Kafka has not taken. */
  @Override
  public void close() {
    producer.close(CLOSE_PATIENCE);
  }

  private void send(int partition, ModelEvent event, AtomicReference<UserError> failure) {
    int bytes = event.getSerializedSize();
    Callback callback =
        (metadata, exception) -> {
          if (exception == null) {
            counters.recordsSent.increment();
            counters.bytesSent.add(bytes);
          } else {
            failure.compareAndSet(null, undelivered(partition, exception));
          }
        };
    KafkaClients.send(producer, new ProducerRecord<>(topic, partition, null, event), callback);
  }

  private ModelEvent event(RankModel own, int chunk) {
    ModelUpdate.Builder update =
        ModelUpdate.newBuilder()
            .setEpoch(own.sync().epoch())
            .setStep(own.sync().step())
            .setEndsEpoch(own.sync().endsEpoch())
            .setRank(rank)
            .setIncarnation(incarnation)
            .setWorldSize(own.worldSize())
            .setChunk(chunk)
            .setChunks(model.chunks())
            .setModel(model.fingerprint())
            .setSamples(own.samples());
    if (own.values() == null) {
      update.setUnusable(true);
    } else {
      update.setValues(bytes(own.values(), model.from(chunk), model.length(chunk)));
    }
    return ModelEvent.newBuilder().setVersion(Wire.VERSION).setUpdate(update).build();
  }

  private static ByteString bytes(float[] values, int from, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, from, length);
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }

  private UserError undelivered(int partition, Throwable cause) {
    String remedy =
        cause instanceof RecordTooLargeException
            ? "raise max.message.bytes of the topic, and kafka.max.request.size if it is set"
            : "see that the broker is running and lets this agent write";
    return new UserError(
        String.format(
            "Kafka at %s did not take a part of the model for topic %s, partition %d: %s; %s, then"
                + " start the agent again",
            brokers, topic, partition, cause.getMessage(), remedy),
        cause);
  }
}
