package io.sluice.job.select;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.selection.BandFilter;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/** Applies a plan's filter to the codes of a part; the same input gives the same bytes. */
final class ChunkBuilder {

  private final Sharding sharding;

  ChunkBuilder(Sharding sharding) {
    this.sharding = sharding;
  }

  SelectionChunk build(CodesPart part, BandFilter filter) {
    float[] weights = filter.weights();
    Selected[] selected = new Selected[weights.length];
    long base = part.pages().isEmpty() ? 0 : part.pages().get(0).page() * PageCodes.SIZE;
    long known = 0;
    for (PageCodes page : part.pages()) {
      long firstIndex = page.page() * PageCodes.SIZE;
      for (int slot = 0; slot < PageCodes.SIZE; slot++) {
        int code = page.code(slot);
        if (code == DifficultyCode.ABSENT) {
          continue;
        }
        known++;
        long index = firstIndex + slot;
        int weight =
            filter.select(sharding.sampleId(part.shard(), index), code, page.isFresh(slot));
        if (weight >= 0) {
          if (selected[weight] == null) {
            selected[weight] = new Selected();
          }
          selected[weight].add((int) (index - base));
        }
      }
    }
    SelectionChunk.Builder chunk =
        SelectionChunk.newBuilder()
            .setVersion(Wire.VERSION)
            .setEpoch(part.epoch())
            .setShard(part.shard())
            .setShards(sharding.shards())
            .setPart(part.part())
            .setParts(part.parts())
            .setBaseLocalIndex(base)
            .setKnown(known);
    for (int i = 0; i < weights.length; i++) {
      if (selected[i] != null) {
        chunk.addSamples(selected[i].message(weights[i]));
      }
    }
    return chunk.build();
  }

  /** The samples of one weight, added in ascending order. */
  private static final class Selected {

    private final RoaringBitmapWriter<RoaringBitmap> writer = RoaringBitmapWriter.writer().get();
    private long count;

    void add(int index) {
      writer.add(index);
      count++;
    }

    WeightedSamples message(float weight) {
      RoaringBitmap bitmap = writer.get();
      bitmap.runOptimize();
      ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
      bitmap.serialize(bytes);
      ByteString wrapped = UnsafeByteOperations.unsafeWrap(bytes.array());
      return WeightedSamples.newBuilder()
          .setWeight(weight)
          .setCount(count)
          .setBitmap(wrapped)
          .build();
    }
  }
}
