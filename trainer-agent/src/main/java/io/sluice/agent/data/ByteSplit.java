package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.util.Arrays;

/**
 * Samples held in memory, one byte a value.
 *
 * @param name of the data set, for messages
 * @param ifMissing what a person can do about a sample that is not there
 * @param values sample after sample, each in the order of {@link SampleShape}
 * @param labels one byte each, unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ByteSplit(
    String name,
    String ifMissing,
    SampleShape shape,
    byte[] values,
    byte[] labels,
    Normalisation normalisation)
    implements SampleSplit {

  /**
   * The same samples and those that came after them, normalised as these are.
   *
   * @param classes how many there are
   * @throws UserError if it does not begin with these samples, or has a class that is not known
   */
  ByteSplit grown(byte[] moreValues, byte[] moreLabels, int classes) {
    if (!begins(moreValues, values) || !begins(moreLabels, labels)) {
      throw new UserError(
          String.format(
              "%s no longer begins with the %d samples that were there: new ones may only be"
                  + " appended. Put the old ones back in their places and start this agent again.",
              name, labels.length));
    }
    int highest = highest(moreLabels);
    if (highest >= classes) {
      throw new UserError(
          String.format(
              "%s has a new sample of class %d, but the model was made for %d classes, 0 to %d: take"
                  + " it out, or begin another run.",
              name, highest, classes, classes - 1));
    }
    return new ByteSplit(name, ifMissing, shape, moreValues, moreLabels, normalisation);
  }

  private static boolean begins(byte[] whole, byte[] part) {
    return whole.length >= part.length
        && Arrays.equals(whole, 0, part.length, part, 0, part.length);
  }

  static int highest(byte[] labels) {
    int highest = 0;
    for (byte label : labels) {
      highest = Math.max(highest, Byte.toUnsignedInt(label));
    }
    return highest;
  }

  @Override
  public long count() {
    return labels.length;
  }

  @Override
  public int read(long id, float[] into, int offset) {
    int label = label(id);
    int area = shape.height() * shape.width();
    int from = (int) id * shape.size();
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int i = channel * area; i < (channel + 1) * area; i++) {
        into[offset + i] = normalisation.apply(channel, values[from + i]);
      }
    }
    return label;
  }

  @Override
  public int label(long id) {
    if (id < 0 || id >= labels.length) {
      throw new UserError(
          String.format(
              "%s has no sample %d, only %d samples from 0 to %d: %s.",
              name, id, labels.length, labels.length - 1, ifMissing));
    }
    return Byte.toUnsignedInt(labels[(int) id]);
  }
}
