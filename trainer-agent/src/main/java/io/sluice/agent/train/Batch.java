package io.sluice.agent.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sluice.agent.data.SampleShape;
import io.sluice.agent.data.SampleSplit;
import io.sluice.protocol.UserError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Some decoded samples. The memory is used again for later batches; a CPU tensor shares it. */
final class Batch {
  private final SampleShape shape;
  private final float[] values;
  private final ByteBuffer tensor;
  private final long[] ids;
  private final long[] labels;
  private int count;

  Batch(SampleShape shape, int capacity) {
    this.shape = shape;
    long most = Integer.MAX_VALUE / ((long) shape.size() * Float.BYTES);
    if (capacity > most) {
      throw new UserError(
          String.format(
              "batch-size is %d: a batch of so many samples of %d × %d × %d values does not fit in"
                  + " 2 GiB; use at most %d.",
              capacity, shape.channels(), shape.height(), shape.width(), most));
    }
    values = new float[capacity * shape.size()];
    tensor = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    ids = new long[capacity];
    labels = new long[capacity];
  }

  Batch fill(SampleSplit split, long[] source, int from, int size) {
    count = size;
    System.arraycopy(source, from, ids, 0, size);
    for (int i = 0; i < size; i++) {
      labels[i] = split.read(ids[i], values, i * shape.size());
    }
    tensor.clear();
    tensor.asFloatBuffer().put(values, 0, size * shape.size());
    tensor.limit(size * shape.size() * Float.BYTES);
    return this;
  }

  int count() {
    return count;
  }

  /** The first {@link #count} are valid. */
  long[] ids() {
    return ids;
  }

  long[] labels() {
    return Arrays.copyOf(labels, count);
  }

  /** Shape (count, channels, height, width). */
  NDArray pixels(NDManager manager) {
    Shape dimensions = new Shape(count, shape.channels(), shape.height(), shape.width());
    return manager.create(tensor, dimensions, DataType.FLOAT32);
  }
}
