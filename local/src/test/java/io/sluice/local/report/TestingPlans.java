package io.sluice.local.report;

import com.google.protobuf.ByteString;
import io.sluice.protocol.wire.Band;
import io.sluice.protocol.wire.Bin;
import io.sluice.protocol.wire.Cluster;
import io.sluice.protocol.wire.HardSample;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import io.sluice.protocol.wire.WeightedSamples;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;

/** Plans and chunks of a small run: 100 samples, losses of 0.01 to 8. */
public final class TestingPlans {

  private TestingPlans() {}

  /** The first plan of any run. */
  public static SelectionPlan.Builder first() {
    return SelectionPlan.newBuilder()
        .setVersion(1)
        .setPolicy("seta")
        .setKnown(100)
        .setUnseen(100)
        .setSignal("raw")
        .setExpected(100);
  }

  /** Three clusters, the second and third in the window, of which four fifths are kept. */
  public static SelectionPlan.Builder plan(int epoch) {
    return older(epoch)
        .setSignal("raw")
        .setExpected(32)
        .addDistribution(bin(0.01f, 0.0109f, 20))
        .addDistribution(bin(0.0625f, 0.0682f, 40))
        .addDistribution(bin(1, 1.0905f, 30))
        .addDistribution(bin(8, 8, 10))
        .addHardest(HardSample.newBuilder().setId(7).setDifficulty(8))
        .addHardest(HardSample.newBuilder().setId(93).setDifficulty(7.5f));
  }

  /** As of a job that tells neither signal, distribution, hardest samples nor expectation. */
  public static SelectionPlan.Builder older(int epoch) {
    return SelectionPlan.newBuilder()
        .setVersion(1)
        .setEpoch(epoch)
        .setPolicy("seta")
        .setKnown(100)
        .setWindowStart(1)
        .setWindowSize(2)
        .addClusters(cluster(0.05, 0.01f, 0.07f, 60))
        .addClusters(cluster(1.05, 1, 1.09f, 30))
        .addClusters(cluster(8, 8, 8, 10))
        .addBands(band(1, 8, 0.8));
  }

  static Bin bin(float lower, float upper, long count) {
    return Bin.newBuilder().setLower(lower).setUpper(upper).setCount(count).build();
  }

  static Cluster cluster(double center, float lower, float upper, long size) {
    return Cluster.newBuilder()
        .setCenter(center)
        .setLower(lower)
        .setUpper(upper)
        .setSize(size)
        .build();
  }

  static Band band(float lower, float upper, double keep) {
    return Band.newBuilder()
        .setLower(lower)
        .setUpper(upper)
        .setSplitTo(1)
        .setKeep(keep)
        .setWeight(1)
        .build();
  }

  /** The only chunk of a shard. */
  public static SelectionChunk chunk(int epoch, int shard, int shards, int... localIndices) {
    return part(epoch, shard, shards, 0, 1, 0, localIndices);
  }

  static SelectionChunk part(
      int epoch, int shard, int shards, int part, int parts, long base, int... indices) {
    SelectionChunk.Builder chunk =
        SelectionChunk.newBuilder()
            .setVersion(1)
            .setEpoch(epoch)
            .setShard(shard)
            .setShards(shards)
            .setPart(part)
            .setParts(parts)
            .setBaseLocalIndex(base)
            .setWorldSize(1);
    if (indices.length > 0) {
      chunk.addSamples(
          WeightedSamples.newBuilder()
              .setWeight(1)
              .setCount(indices.length)
              .setBitmap(bitmap(indices)));
    }
    return chunk.build();
  }

  private static ByteString bitmap(int... indices) {
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(indices);
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
    bitmap.serialize(bytes);
    return ByteString.copyFrom(bytes.flip());
  }
}
