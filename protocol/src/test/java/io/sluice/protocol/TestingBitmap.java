package io.sluice.protocol;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;

/** Bitmaps as they stand in a message. */
final class TestingBitmap {

  private TestingBitmap() {}

  static ByteString of(int... indices) {
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(indices);
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
    bitmap.serialize(bytes);
    return ByteString.copyFrom(bytes.flip());
  }
}
