package io.sluice.job.select;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sluice.protocol.wire.WeightedSamples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/**
 * The selected samples of a part that share a weight, as bits. On the wire they take the shorter of
 * two forms: plain bits, which cost a bit for each local index they span, or a RoaringBitmap, which
 * costs less where few samples are selected or many in a row.
 */
final class SampleSet {

  private final long[] words;
  private final long count;

  /**
   * @param words bit b of word i, from the least significant, stands for sample 64 i + b; not to be
   *     changed any more
   */
  SampleSet(long[] words) {
    this.words = words;
    long ones = 0;
    for (long word : words) {
      ones += Long.bitCount(word);
    }
    this.count = ones;
  }

  long count() {
    return count;
  }

  WeightedSamples message(float weight) {
    WeightedSamples.Builder message =
        WeightedSamples.newBuilder().setWeight(weight).setCount(count);
    RoaringBitmap bitmap = BitSetUtil.bitmapOf(words);
    bitmap.runOptimize();
    int bytes = bytes();
    return bitmap.serializedSizeInBytes() <= bytes
        ? message.setBitmap(serialized(bitmap)).build()
        : message.setBits(bits(bytes)).build();
  }

  /** The same without a weight. */
  io.sluice.protocol.wire.SampleSet message() {
    WeightedSamples samples = message(1);
    return io.sluice.protocol.wire.SampleSet.newBuilder()
        .setCount(samples.getCount())
        .setBitmap(samples.getBitmap())
        .setBits(samples.getBits())
        .build();
  }

  /** Without the zero bytes at the end. */
  private int bytes() {
    int last = words.length - 1;
    while (last >= 0 && words[last] == 0) {
      last--;
    }
    return last < 0
        ? 0
        : last * Long.BYTES
            + (Long.SIZE - Long.numberOfLeadingZeros(words[last]) + Byte.SIZE - 1) / Byte.SIZE;
  }

  private ByteString bits(int bytes) {
    byte[] all = new byte[words.length * Long.BYTES];
    ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(words);
    return UnsafeByteOperations.unsafeWrap(Arrays.copyOf(all, bytes));
  }

  private static ByteString serialized(RoaringBitmap bitmap) {
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
    bitmap.serialize(bytes);
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }
}
