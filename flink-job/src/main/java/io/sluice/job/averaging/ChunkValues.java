package io.sluice.job.averaging;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A chunk's values as they stand on the wire: binary32, little-endian. */
final class ChunkValues {

  private static final VarHandle BITS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** All bits of the exponent: NaN, and both infinities. */
  private static final int EXPONENT = 0x7F80_0000;

  private ChunkValues() {}

  /** Number of values that are NaN or infinite. */
  static int nonFinite(byte[] values) {
    int nonFinite = 0;
    for (int at = 0; at < values.length; at += Float.BYTES) {
      nonFinite += ((int) BITS.get(values, at) & EXPONENT) == EXPONENT ? 1 : 0;
    }
    return nonFinite;
  }
}
