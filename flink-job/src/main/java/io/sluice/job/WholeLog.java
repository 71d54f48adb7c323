package io.sluice.job;

import io.sluice.protocol.UserError;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a job without a checkpoint begins to read: at the first record that was ever written. When
 * that is not there any more the job fails, and so it does when it finds later that records are
 * gone which it has not read; Kafka's and Flink's own way is to go on with what is left, which
 * would select from a part of the losses.
 */
final class WholeLog implements OffsetsInitializer {

  private static final long serialVersionUID = 1;

  /** Asked for partitions that no checkpoint knows. */
  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever log) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    log.beginningOffsets(partitions)
        .forEach(
            (partition, first) -> {
              if (first > 0) {
                throw truncated(partition, first);
              }
              offsets.put(partition, first);
            });
    return offsets;
  }

  @Override
  @SuppressWarnings("deprecation") // the connector's interface is made of it
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }

  private static UserError truncated(TopicPartition partition, long first) {
    return new UserError(
        String.format(
            "topic %s has lost the first %d records of partition %d, so a job that starts without its"
                + " state would select from a part of the losses. Start the job from its newest"
                + " checkpoint or savepoint (flink run -s), or begin a run with another name; and let"
                + " the topic keep its records (retention.ms and retention.bytes -1)",
            partition.topic(), first, partition.partition()));
  }
}
