package io.sluice.protocol;

/** Constants of the wire that the {@code .proto} file states in words. */
public final class Wire {

  /** Version this code writes, and the only one it reads. */
  public static final int VERSION = 1;

  /** Most samples one SamplesAdded record may declare, so that a faulty one cannot fill memory. */
  public static final long MAX_SAMPLES_PER_RECORD = 1L << 24;

  /**
   * Longest value of a record of losses or parameters, in bytes, so that a faulty one cannot fill
   * memory.
   */
  public static final int MAX_RECORD_BYTES = 1 << 20;

  /** Greatest world size, so that a faulty record cannot fill memory; ranks are below it. */
  public static final int MAX_WORLD_SIZE = 65_536;

  /** Greatest epoch number. */
  public static final int MAX_EPOCH = 1_000_000;

  /** Greatest label of a sample. */
  public static final int MAX_LABEL = 65_534;

  /** Values of a model in one chunk: 512 KiB, half of what brokers take in a record by default. */
  public static final int CHUNK_VALUES = 1 << 17;

  /** Most chunks of a model, which then has 32 GiB. */
  public static final int MAX_CHUNKS = 65_536;

  private Wire() {}
}
