package io.sluice.agent.data;

/**
 * The training or the test part of a {@link SampleSource}. Reading is a pure function of the id and
 * safe for concurrent callers. A training split may grow: an id beyond those known at first is
 * looked for when it is read.
 */
public interface SampleSplit {

  /** Number of samples known so far; their ids are 0 … count − 1. */
  long count();

  /**
   * Writes one sample to {@code into[offset …]}: as many values as {@link SampleShape#size()}, in
   * its order, scaled to [0, 1] and then normalised as the source does it.
   *
   * @return the label, 0 … classes − 1
   * @throws io.sluice.protocol.UserError if there is no sample {@code id}, not even by now, or it
   *     cannot be decoded
   */
  int read(long id, float[] into, int offset);

  /**
   * The label alone, without decoding the sample.
   *
   * @return as {@link #read} does
   * @throws io.sluice.protocol.UserError if there is no sample {@code id}, not even by now
   */
  int label(long id);
}
