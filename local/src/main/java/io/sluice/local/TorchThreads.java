package io.sluice.local;

/** PyTorch's threads within an operation, which are set for the whole process before it is used. */
public final class TorchThreads {

  private static final String PROPERTY = "ai.djl.pytorch.num_threads";

  private TorchThreads() {}

  /**
   * Takes one, unless the property says otherwise: where broker, cluster and agents share the
   * cores, more would only contend.
   */
  public static void limit() {
    System.setProperty(PROPERTY, System.getProperty(PROPERTY, "1"));
  }
}
