package io.sluice.agent.client;

/**
 * What a {@link SelectionClient} has done since it joined. After {@link SelectionClient#close},
 * reported = sent + dropped.
 *
 * @param lossesReported losses given to {@link SelectionClient#report}
 * @param lossesSent losses that Kafka has acknowledged
 * @param lossesDropped losses that were not sent: the buffer was full, Kafka refused them or the
 *     client was closed before; their samples keep their difficulty
 * @param recordsSent records of any kind that Kafka has acknowledged
 * @param bytesSent bytes of their values, before compression
 * @param chunksRead selection chunks read from Kafka, of any epoch
 * @param bytesRead bytes of their values
 * @param repeatsDropped chunks that the job had published before, with the same content
 */
public record ClientMetrics(
    long lossesReported,
    long lossesSent,
    long lossesDropped,
    long recordsSent,
    long bytesSent,
    long chunksRead,
    long bytesRead,
    long repeatsDropped) {

  /** Of a client that has done nothing yet. */
  public static final ClientMetrics NONE = new ClientMetrics(0, 0, 0, 0, 0, 0, 0, 0);
}
