package io.sluice.agent.data;

/** A data set held in memory, normalised by the mean and deviation of its training split. */
record ByteSource(SampleShape shape, int classes, ByteSplit train, ByteSplit test)
    implements SampleSource {

  @Override
  public ValueRange range(int channel) {
    return train.normalisation().range(channel);
  }

  /**
   * Values sample after sample, each in the order of {@link SampleShape}; one label a byte.
   *
   * @param ifMissing what a person can do about a training sample that is not there
   */
  static ByteSource of(
      String name,
      String ifMissing,
      SampleShape shape,
      byte[] trainValues,
      byte[] trainLabels,
      byte[] testValues,
      byte[] testLabels) {
    Normalisation normalisation = Normalisation.of(shape, trainValues);
    return new ByteSource(
        shape,
        1 + Math.max(ByteSplit.highest(trainLabels), ByteSplit.highest(testLabels)),
        new ByteSplit(name, ifMissing, shape, trainValues, trainLabels, normalisation),
        new ByteSplit(name + " (test)", ifMissing, shape, testValues, testLabels, normalisation));
  }
}
