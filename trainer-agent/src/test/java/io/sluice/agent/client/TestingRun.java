package io.sluice.agent.client;

import com.google.protobuf.ByteString;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.roaringbitmap.RoaringBitmap;

/** Settings and selection chunks for tests. */
final class TestingRun {

  private TestingRun() {}

  static RunConfig config(int shards, int partitions, String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("run", "demo");
    settings.put("bootstrap-servers", "localhost:1");
    settings.put("shards", Integer.toString(shards));
    settings.put("partitions", Integer.toString(partitions));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return RunConfig.defaults().with(settings, "test");
  }

  /** A chunk with one part, all weights 1. */
  static SelectionChunk.Builder chunk(int epoch, int shard, int shards, int... indices) {
    return emptyChunk(epoch, shard, shards).addSamples(samples(1, indices));
  }

  static SelectionChunk.Builder emptyChunk(int epoch, int shard, int shards) {
    return SelectionChunk.newBuilder()
        .setVersion(Wire.VERSION)
        .setEpoch(epoch)
        .setShard(shard)
        .setShards(shards)
        .setParts(1);
  }

  static WeightedSamples samples(float weight, int... indices) {
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(indices);
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
    bitmap.serialize(bytes);
    return WeightedSamples.newBuilder()
        .setWeight(weight)
        .setCount(bitmap.getLongCardinality())
        .setBitmap(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  static ConsumerRecord<Void, byte[]> record(int partition, long offset, SelectionChunk chunk) {
    return new ConsumerRecord<>(
        "demo.selected-samples", partition, offset, null, chunk.toByteArray());
  }
}
