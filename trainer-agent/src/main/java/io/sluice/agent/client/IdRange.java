package io.sluice.agent.client;

import io.sluice.protocol.UserError;

/**
 * Consecutive sample ids.
 *
 * @param first first id, at least 0
 * @param count how many, at least 1
 */
public record IdRange(long first, long count) {

  public IdRange {
    if (first < 0 || count < 1 || first > Long.MAX_VALUE - (count - 1)) {
      throw new UserError(
          String.format(
              "sample ids from %d, %d of them, are not a range of ids; allowed: a first id of at"
                  + " least 0 and at least one sample, all below 2^63",
              first, count));
    }
  }

  /** The greatest id of the range. */
  public long last() {
    return first + (count - 1);
  }
}
