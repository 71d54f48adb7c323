package io.sluice.agent.data;

/** A labelled data set of images of one shape. {@link SampleSources#open} opens one by its spec. */
public interface SampleSource extends AutoCloseable {

  SampleShape shape();

  int classes();

  /** What the values of a channel may be, so that a sample can be shown as it was. */
  ValueRange range(int channel);

  /** What a run selects from and trains on. */
  SampleSplit train();

  /** What accuracy is measured on; never trained on. */
  SampleSplit test();

  @Override
  default void close() {}
}
