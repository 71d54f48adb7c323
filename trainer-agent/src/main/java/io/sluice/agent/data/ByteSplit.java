package io.sluice.agent.data;

import io.sluice.protocol.UserError;

/**
 * Samples held in memory, one byte a value.
 *
 * @param name of the data set, for messages
 * @param values sample after sample, each in the order of {@link SampleShape}
 * @param labels one byte each, unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ByteSplit(
    String name, SampleShape shape, byte[] values, byte[] labels, Normalisation normalisation)
    implements SampleSplit {

  @Override
  public long count() {
    return labels.length;
  }

  @Override
  public int read(long id, float[] into, int offset) {
    if (id < 0 || id >= labels.length) {
      throw new UserError(
          name
              + " has no sample "
              + id
              + ", only 0 to "
              + (labels.length - 1)
              + ": the selection was made for another dataset.");
    }
    int area = shape.height() * shape.width();
    int from = (int) id * shape.size();
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int i = channel * area; i < (channel + 1) * area; i++) {
        into[offset + i] = normalisation.apply(channel, values[from + i]);
      }
    }
    return Byte.toUnsignedInt(labels[(int) id]);
  }
}
