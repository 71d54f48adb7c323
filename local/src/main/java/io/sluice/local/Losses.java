package io.sluice.local;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The last loss of each sample.
 *
 * @param ids sample ids, ascending; not to be changed
 * @param values the loss of the sample at the same place; not to be changed
 * @param replaced how many losses were overridden by a later one of the same sample
 */
@SuppressWarnings("ArrayRecordComponent") // millions of them: boxing them is no option
record Losses(long[] ids, float[] values, long replaced) {

  int size() {
    return ids.length;
  }

  /** Collects losses in the order in which they were measured. */
  static final class Builder {
    private long[] ids = new long[1024];
    private float[] values = new float[1024];
    private int size;
    private boolean ascending = true;

    void add(long id, float value) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      ascending &= size == 0 || ids[size - 1] < id;
      ids[size] = id;
      values[size] = value;
      size++;
    }

    Losses build() {
      if (ascending) {
        return new Losses(Arrays.copyOf(ids, size), Arrays.copyOf(values, size), 0);
      }
      // The sort is stable: the losses of one sample stay in their order.
      int[] order =
          IntStream.range(0, size)
              .boxed()
              .sorted(Comparator.comparingLong(place -> ids[place]))
              .mapToInt(Integer::intValue)
              .toArray();
      long[] distinct = new long[size];
      float[] last = new float[size];
      int count = 0;
      for (int place : order) {
        if (count == 0 || distinct[count - 1] != ids[place]) {
          distinct[count++] = ids[place];
        }
        last[count - 1] = values[place];
      }
      return new Losses(
          Arrays.copyOf(distinct, count), Arrays.copyOf(last, count), (long) size - count);
    }
  }
}
