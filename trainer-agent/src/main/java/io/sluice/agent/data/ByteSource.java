package io.sluice.agent.data;

/** A data set held in memory, normalised by the mean and deviation of its training split. */
record ByteSource(SampleShape shape, int classes, SampleSplit train, SampleSplit test)
    implements SampleSource {

  /** Values sample after sample, each in the order of {@link SampleShape}; one label a byte. */
  static ByteSource of(
      String name,
      SampleShape shape,
      byte[] trainValues,
      byte[] trainLabels,
      byte[] testValues,
      byte[] testLabels) {
    Normalisation normalisation = Normalisation.of(shape, trainValues);
    return new ByteSource(
        shape,
        1 + Math.max(highest(trainLabels), highest(testLabels)),
        new ByteSplit(name, shape, trainValues, trainLabels, normalisation),
        new ByteSplit(name + " (test)", shape, testValues, testLabels, normalisation));
  }

  private static int highest(byte[] labels) {
    int highest = 0;
    for (byte label : labels) {
      highest = Math.max(highest, Byte.toUnsignedInt(label));
    }
    return highest;
  }
}
