package io.sluice.local;

import java.util.Arrays;

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
      long[] distinct = distinctAscending();
      float[] last = new float[distinct.length];
      for (int i = 0; i < size; i++) {
        last[Arrays.binarySearch(distinct, ids[i])] = values[i];
      }
      return new Losses(distinct, last, (long) size - distinct.length);
    }

    private long[] distinctAscending() {
      long[] sorted = Arrays.copyOf(ids, size);
      Arrays.sort(sorted);
      int count = 0;
      for (long id : sorted) {
        if (count == 0 || sorted[count - 1] != id) {
          sorted[count++] = id;
        }
      }
      return Arrays.copyOf(sorted, count);
    }
  }
}
