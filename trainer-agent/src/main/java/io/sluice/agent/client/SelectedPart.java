package io.sluice.agent.client;

import com.google.protobuf.ByteString;
import io.sluice.protocol.wire.SampleSet;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** The selected samples of one part of one shard: one bitmap per loss weight. */
public final class SelectedPart {

  /** Takes samples one by one. */
  public interface Visitor {
    void visit(int shard, long localIndex, float weight);
  }

  private final int shard;
  private final int part;
  private final long base;
  private final long known;
  private final long selected;
  private final float[] weights;
  private final List<RoaringBitmap> bitmaps;

  /**
   * @throws IllegalArgumentException when the chunk contradicts itself
   */
  public SelectedPart(SelectionChunk chunk) {
    shard = chunk.getShard();
    part = chunk.getPart();
    base = chunk.getBaseLocalIndex();
    known = chunk.getKnown();
    weights = new float[chunk.getSamplesCount()];
    bitmaps = new ArrayList<>(weights.length);
    long count = 0;
    for (WeightedSamples samples : chunk.getSamplesList()) {
      weights[bitmaps.size()] = samples.getWeight();
      bitmaps.add(bitmap(samples));
      count += samples.getCount();
    }
    selected = count;
  }

  int shard() {
    return shard;
  }

  int part() {
    return part;
  }

  long known() {
    return known;
  }

  public long selected() {
    return selected;
  }

  boolean isWeighted() {
    for (float weight : weights) {
      if (weight != 1) {
        return true;
      }
    }
    return false;
  }

  /** All selected samples, ascending by local index. */
  public void forEach(Visitor visitor) {
    if (weights.length == 1) {
      bitmaps
          .get(0)
          .forEach(
              (int index) ->
                  visitor.visit(shard, base + Integer.toUnsignedLong(index), weights[0]));
      return;
    }
    PeekableIntIterator[] iterators =
        bitmaps.stream().map(RoaringBitmap::getIntIterator).toArray(PeekableIntIterator[]::new);
    for (long left = selected; left > 0; left--) {
      int least = -1;
      for (int i = 0; i < iterators.length; i++) {
        if (iterators[i].hasNext()
            && (least < 0
                || Integer.compareUnsigned(iterators[i].peekNext(), iterators[least].peekNext())
                    < 0)) {
          least = i;
        }
      }
      long index = Integer.toUnsignedLong(iterators[least].next());
      visitor.visit(shard, base + index, weights[least]);
    }
  }

  /**
   * Local indices of the part's samples in quarantine, ascending.
   *
   * @throws IllegalArgumentException when the chunk contradicts itself
   */
  public static void forEachQuarantined(SelectionChunk chunk, LongConsumer localIndices) {
    if (!chunk.hasQuarantined()) {
      return;
    }
    SampleSet held = chunk.getQuarantined();
    bitmap(held.getBitmap(), held.getBits(), held.getCount())
        .forEach(
            (int index) ->
                localIndices.accept(chunk.getBaseLocalIndex() + Integer.toUnsignedLong(index)));
  }

  private static RoaringBitmap bitmap(WeightedSamples samples) {
    return bitmap(samples.getBitmap(), samples.getBits(), samples.getCount());
  }

  private static RoaringBitmap bitmap(ByteString compressed, ByteString bits, long count) {
    RoaringBitmap bitmap = bits.isEmpty() ? roaring(compressed) : plain(bits);
    if (bitmap.getLongCardinality() != count) {
      throw new IllegalArgumentException(
          String.format(
              "its bitmap holds %d samples, its count says %d",
              bitmap.getLongCardinality(), count));
    }
    return bitmap;
  }

  private static RoaringBitmap roaring(ByteString bytes) {
    RoaringBitmap bitmap = new RoaringBitmap();
    try {
      bitmap.deserialize(bytes.asReadOnlyByteBuffer());
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("its bitmap cannot be read (" + e.getMessage() + ")", e);
    }
    return bitmap;
  }

  private static RoaringBitmap plain(ByteString bits) {
    long[] words = new long[(bits.size() + Long.BYTES - 1) / Long.BYTES];
    ByteBuffer bytes =
        ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bits.copyTo(bytes);
    bytes.rewind().asLongBuffer().get(words);
    return BitSetUtil.bitmapOf(words);
  }
}
