package io.sluice.agent.client;

import io.sluice.protocol.Wire;

/** The classes of samples, for {@code class-floor}. */
@FunctionalInterface
public interface Labels {

  /**
   * @return class of a sample, 0 … {@link Wire#MAX_LABEL}
   */
  int of(long sampleId);
}
