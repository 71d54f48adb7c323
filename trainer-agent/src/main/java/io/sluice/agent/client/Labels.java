package io.sluice.agent.client;

/** The classes of samples, for {@code class-floor}. */
@FunctionalInterface
public interface Labels {

  /** Greatest label there is. */
  int MAX = 65_534;

  /**
   * @return class of a sample, 0 … {@value #MAX}
   */
  int of(long sampleId);
}
