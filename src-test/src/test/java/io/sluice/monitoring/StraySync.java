package io.sluice.monitoring;

import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Parameters that nobody else sends: a sync that waits for ever, in a chunk that no model has. */
final class StraySync {

  private static final int CHUNK = 65_534;

  private StraySync() {}

  /** As rank 1 of two, so that it is rank 0 that is missing. */
  static void send(RunConfig config) throws Exception {
    ModelUpdate update =
        ModelUpdate.newBuilder()
            .setStep(1)
            .setRank(1)
            .setIncarnation(-1)
            .setWorldSize(2)
            .setChunk(CHUNK)
            .setChunks(CHUNK + 1)
            .setUnusable(true)
            .build();
    byte[] value = ModelEvent.newBuilder().setVersion(1).setUpdate(update).build().toByteArray();
    int partition = CHUNK % config.sharding().partitions();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.kafkaProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(config.topics().modelUpdates(), partition, null, value))
          .get();
    }
  }
}
