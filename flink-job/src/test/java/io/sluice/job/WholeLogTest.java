package io.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.util.Collection;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer.PartitionOffsetsRetriever;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WholeLogTest {

  private static final TopicPartition FIRST = new TopicPartition("demo.loss-events", 0);
  private static final TopicPartition SECOND = new TopicPartition("demo.loss-events", 1);

  private final WholeLog start = new WholeLog();

  @Test
  void beginsWithTheFirstRecord() {
    assertThat(start.getPartitionOffsets(null, log(Map.of(FIRST, 0L, SECOND, 0L))))
        .isEqualTo(Map.of(FIRST, 0L, SECOND, 0L));
  }

  @Test
  void refusesALogWhoseStartIsGone() {
    assertThatThrownBy(() -> start.getPartitionOffsets(null, log(Map.of(FIRST, 0L, SECOND, 5L))))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            "topic demo.loss-events has lost the first 5 records of partition 1");
  }

  @Test
  void neverSkipsRecordsThatAreGone() {
    assertThat(start.getAutoOffsetResetStrategy()).hasToString("none");
  }

  private static PartitionOffsetsRetriever log(Map<TopicPartition, Long> beginnings) {
    return new PartitionOffsetsRetriever() {
      @Override
      public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return beginnings;
      }

      @Override
      public Map<TopicPartition, Long> committedOffsets(Collection<TopicPartition> partitions) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
          Map<TopicPartition, Long> timestamps) {
        throw new UnsupportedOperationException();
      }
    };
  }
}
