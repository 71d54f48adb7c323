package io.sluice.faults;

import com.google.protobuf.ByteString;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Parameters of ranks that train nothing: a value depends on its place, the rank and the sync
 * alone. Three ranks, five chunks, the last of which is not full.
 */
final class SyntheticModel implements AutoCloseable {

  static final int RANKS = 3;
  static final int CHUNKS = 5;
  static final long FINGERPRINT = 0x1234_5678_9ABC_DEFFL;

  /** A moment of training. */
  record Moment(int epoch, int step, boolean endsEpoch) {}

  private final RunConfig config;
  private final KafkaProducer<byte[], byte[]> producer;

  SyntheticModel(RunConfig config) {
    this.config = config;
    Properties properties = config.kafkaProperties();
    // A record that is too long is still to reach the job.
    properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    properties.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(1 << 22));
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends all chunks of a rank, which is incarnation 10. */
  void send(int rank, Moment moment) throws Exception {
    List<byte[]> records = new ArrayList<>();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      records.add(event(update(rank, moment, chunk)));
    }
    sendEach(records);
  }

  /** Sends a record to a partition. */
  void send(int partition, byte[] value) throws Exception {
    producer
        .send(new ProducerRecord<>(config.topics().modelUpdates(), partition, null, value))
        .get();
  }

  private void sendEach(List<byte[]> records) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int chunk = 0; chunk < records.size(); chunk++) {
      int partition = chunk % config.sharding().partitions();
      sent.add(
          producer.send(
              new ProducerRecord<>(
                  config.topics().modelUpdates(), partition, null, records.get(chunk))));
    }
    for (Future<RecordMetadata> record : sent) {
      record.get();
    }
  }

  static byte[] event(ModelUpdate.Builder update) {
    return ModelEvent.newBuilder().setVersion(1).setUpdate(update).build().toByteArray();
  }

  static ModelUpdate.Builder update(int rank, Moment moment, int chunk) {
    ByteBuffer values = ByteBuffer.allocate(length(chunk) * Float.BYTES);
    values.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length(chunk); i++) {
      values.putFloat(value(rank, moment, chunk, i));
    }
    return ModelUpdate.newBuilder()
        .setEpoch(moment.epoch())
        .setStep(moment.step())
        .setEndsEpoch(moment.endsEpoch())
        .setRank(rank)
        .setIncarnation(10)
        .setWorldSize(RANKS)
        .setChunk(chunk)
        .setChunks(CHUNKS)
        .setModel(FINGERPRINT)
        .setSamples(samples(rank))
        .setValues(ByteString.copyFrom(values.flip()));
  }

  /** The mean over the first ranks, as the protocol defines it. */
  static ByteString mean(int ranks, Moment moment, int chunk) {
    ByteBuffer mean = ByteBuffer.allocate(length(chunk) * Float.BYTES);
    mean.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length(chunk); i++) {
      double sum = 0;
      long samples = 0;
      for (int rank = 0; rank < ranks; rank++) {
        sum += (double) samples(rank) * value(rank, moment, chunk, i);
        samples += samples(rank);
      }
      mean.putFloat((float) (sum / samples));
    }
    return ByteString.copyFrom(mean.flip());
  }

  static long samples(int rank) {
    return 100 + 7L * rank;
  }

  private static int length(int chunk) {
    return chunk == CHUNKS - 1 ? 1001 : Wire.CHUNK_VALUES;
  }

  private static float value(int rank, Moment moment, int chunk, int place) {
    return SyntheticTrainer.loss(
            31 * moment.epoch() + moment.step(), (7L * rank + chunk) << 32 | place)
        - 5;
  }

  @Override
  public void close() {
    producer.close();
  }
}
