package io.sluice.agent.client;

/**
 * What a {@link ModelClient} has done.
 *
 * @param recordsSent chunks of this rank's model that Kafka has acknowledged
 * @param bytesSent bytes of their values
 * @param recordsRead chunks of averages read from Kafka, of any synchronisation
 * @param bytesRead bytes of their values
 * @param repeatsDropped chunks that the job had published before, with the same content
 */
public record ModelMetrics(
    long recordsSent, long bytesSent, long recordsRead, long bytesRead, long repeatsDropped) {

  /** Of a client that has done nothing yet. */
  public static final ModelMetrics NONE = new ModelMetrics(0, 0, 0, 0, 0);
}
