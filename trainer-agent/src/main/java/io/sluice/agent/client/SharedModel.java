package io.sluice.agent.client;

import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;

/**
 * What all ranks have to agree on to average their parameters.
 *
 * @param fingerprint tells models and settings apart whose parameters cannot be averaged
 * @param values number of values of all parameters together
 */
public record SharedModel(long fingerprint, long values) {

  /** A Java array holds no more; {@link Wire#MAX_CHUNKS} would allow four times that. */
  private static final long MAX_VALUES = Integer.MAX_VALUE - 8L;

  int chunks() {
    return (int) Math.max(1, (values + Wire.CHUNK_VALUES - 1) / Wire.CHUNK_VALUES);
  }

  /** Place of a chunk's first value. */
  int from(int chunk) {
    return chunk * Wire.CHUNK_VALUES;
  }

  /** Number of a chunk's values. */
  int length(int chunk) {
    return (int) Math.min(Wire.CHUNK_VALUES, values - from(chunk));
  }

  void checkSize() {
    if (values > MAX_VALUES) {
      throw new UserError(
          String.format(
              "the model has %d parameters, agents can average at most %d; train a smaller one, or"
                  + " set average: off",
              values, MAX_VALUES));
    }
  }
}
