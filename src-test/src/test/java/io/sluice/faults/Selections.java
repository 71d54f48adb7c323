package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.TestingRun;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * All that a run has published, as bytes: its chunks and its plans. Plans show what chunks hide: a
 * single loss that was not applied moves a cluster's size or centre.
 */
final class Selections {

  private final Map<String, String> bytes = new TreeMap<>();
  private int repeats;
  private int newestPlan = -1;

  private Selections() {}

  /** Reads it all; fails when something was published again with other bytes. */
  static Selections of(RunConfig config) {
    Selections selections = new Selections();
    try {
      for (ConsumerRecord<byte[], byte[]> record :
          TestingRun.read(config, config.topics().selectedSamples())) {
        SelectionChunk chunk = SelectionChunk.parseFrom(record.value());
        selections.add(
            String.format(
                "epoch %d, shard %d, part %d", chunk.getEpoch(), chunk.getShard(), chunk.getPart()),
            record.value());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().selectionPlans())) {
      SelectionPlan.Builder plan = Json.read(record.value(), SelectionPlan.newBuilder());
      selections.add("epoch " + plan.getEpoch() + ", plan", comparable(plan));
      selections.newestPlan = Math.max(selections.newestPlan, plan.getEpoch());
    }
    return selections;
  }

  /** All but where in its log the run stood, and by which declaration it has its ranks. */
  private static byte[] comparable(SelectionPlan.Builder plan) {
    return plan.clearLogOffset().clearGeneration().build().toByteArray();
  }

  /** How often something was published again. */
  int repeats() {
    return repeats;
  }

  /** The newest epoch that has been planned; -1 if none. */
  int newestPlan() {
    return newestPlan;
  }

  boolean isEmpty() {
    return bytes.isEmpty();
  }

  void assertSameAs(Selections expected) {
    assertThat(bytes.keySet())
        .as("what was published")
        .containsExactlyElementsOf(expected.bytes.keySet());
    assertThat(bytes).isEqualTo(expected.bytes);
  }

  private void add(String key, byte[] value) {
    String hex = HexFormat.of().formatHex(value);
    String earlier = bytes.putIfAbsent(key, hex);
    if (earlier != null) {
      assertThat(hex).as("%s, published again", key).isEqualTo(earlier);
      repeats++;
    }
  }
}
