package io.sluice.agent.client;

import com.google.protobuf.ByteString;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.ModelAverage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Averages of a model of three chunks, of which the last has five values, in two partitions. */
final class TestingAverages {

  static final SharedModel MODEL = new SharedModel(0xfeed, 2L * Wire.CHUNK_VALUES + 5);
  static final TopicPartition EVEN = new TopicPartition("demo.model-averages", 0);
  static final TopicPartition ODD = new TopicPartition("demo.model-averages", 1);

  private TestingAverages() {}

  /** The end of an epoch, at its first step. */
  static SyncPoint end(int epoch) {
    return new SyncPoint(epoch, 1, true);
  }

  /** A chunk whose values all are the same. */
  static ModelAverage.Builder chunk(SyncPoint sync, int chunk, float value) {
    float[] values = new float[MODEL.length(chunk)];
    Arrays.fill(values, value);
    return ModelAverage.newBuilder()
        .setVersion(Wire.VERSION)
        .setEpoch(sync.epoch())
        .setStep(sync.step())
        .setEndsEpoch(sync.endsEpoch())
        .setChunk(chunk)
        .setChunks(MODEL.chunks())
        .setModel(MODEL.fingerprint())
        .setRanks(2)
        .setSamples(100)
        .setValues(bytes(values));
  }

  static ByteString bytes(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  static float[] floats(ByteString bytes) {
    float[] values = new float[bytes.size() / 4];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** In the partition that it belongs to. */
  static ConsumerRecord<Void, byte[]> record(long offset, ModelAverage.Builder chunk) {
    return new ConsumerRecord<>(
        "demo.model-averages", chunk.getChunk() % 2, offset, null, chunk.build().toByteArray());
  }

  /** All chunks of one, at {@code 2 * number} in partition 0 and {@code number} in partition 1. */
  static List<ConsumerRecord<Void, byte[]>> whole(SyncPoint sync, long number, float value) {
    return List.of(
        record(2 * number, chunk(sync, 0, value)),
        record(2 * number + 1, chunk(sync, 2, value)),
        record(number, chunk(sync, 1, value)));
  }
}
