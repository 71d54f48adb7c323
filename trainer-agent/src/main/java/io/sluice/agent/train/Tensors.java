package io.sluice.agent.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;

/** Writes arrays, and reads them back in place; the same for their plain values. */
final class Tensors {
  private static final NDIndex ALL = new NDIndex("...");

  private Tensors() {}

  static void write(NDList arrays, DataOutputStream out) throws IOException {
    out.writeInt(arrays.size());
    for (NDArray array : arrays) {
      byte[] bytes = array.encode();
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /** All values of the arrays, one after the other. */
  static float[] values(NDList arrays) {
    float[] values = new float[Math.toIntExact(size(arrays))];
    int from = 0;
    for (NDArray array : arrays) {
      float[] own = array.toFloatArray();
      System.arraycopy(own, 0, values, from, own.length);
      from += own.length;
    }
    return values;
  }

  /** Puts values into the arrays, as {@link #values} gives them. */
  static void fill(NDManager manager, NDList arrays, float[] values) {
    int from = 0;
    for (NDArray array : arrays) {
      int size = (int) array.size();
      FloatBuffer own = FloatBuffer.wrap(values, from, size);
      try (NDArray filled = manager.create(own, array.getShape(), DataType.FLOAT32)) {
        copy(filled, array);
      }
      from += size;
    }
  }

  /**
   * DJL's own {@code copyTo} copies nothing: it lets the tensor use memory that Java frees together
   * with the array, which for a gradient is at once.
   */
  static void copy(NDArray from, NDArray to) {
    to.set(ALL, from);
  }

  static long size(NDList arrays) {
    return arrays.stream().mapToLong(NDArray::size).sum();
  }

  static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** Fails with an IOException unless the saved arrays have the shapes of those to be filled. */
  static void read(NDManager manager, DataInputStream in, NDList into) throws IOException {
    int count = in.readInt();
    if (count != into.size()) {
      throw new IOException("it has " + count + " arrays where the model has " + into.size());
    }
    for (NDArray array : into) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      try (NDArray saved = NDArray.decode(manager, bytes)) {
        if (!saved.getShape().equals(array.getShape())) {
          throw new IOException(
              "it has an array of shape "
                  + saved.getShape()
                  + " where the model has "
                  + array.getShape());
        }
        copy(saved, array);
      }
    }
  }
}
