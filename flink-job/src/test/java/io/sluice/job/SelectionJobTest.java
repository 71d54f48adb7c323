package io.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.RunConfig;
import java.util.Collection;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class SelectionJobTest {

  private static final RunConfig CONFIG =
      RunConfig.defaults().with(Map.of("run", "test", "bootstrap-servers", "localhost:1"), "test");

  @Test
  void givesEveryOperatorAUidOfItsOwnThatNeverChanges() {
    // A savepoint finds its state by these: a changed one loses a run's difficulties.
    assertThat(nodes(CONFIG))
        .extracting(StreamNode::getTransformationUID)
        .filteredOn(uid -> uid != null)
        .contains(
            "loss-events",
            "ingest",
            "epoch-watermarks",
            "difficulty-tracker",
            "recluster",
            "selector",
            "selected-samples",
            "selection-plans",
            "dead-letters",
            "model-updates",
            "model-ingest",
            "model-averager",
            "model-averages");
    assertThat(nodes(CONFIG))
        .filteredOn(node -> !node.getOperatorName().endsWith("Committer"))
        .allSatisfy(node -> assertThat(node.getTransformationUID()).isNotBlank());
  }

  @Test
  void keysStateByShard() {
    RunConfig config = CONFIG.with(Map.of("shards", "48"), "test");
    assertThat(node("difficulty-tracker", config).getMaxParallelism()).isEqualTo(48);
    assertThat(node("selector", config).getMaxParallelism()).isEqualTo(48);
    assertThat(node("model-averager", config).getMaxParallelism()).isEqualTo(48);
  }

  @Test
  void averagesNothingWhereEachAgentTrainsAReplicaOfItsOwn() {
    assertThat(nodes(CONFIG.with(Map.of("average", "off"), "test")))
        .extracting(StreamNode::getTransformationUID)
        .filteredOn(uid -> uid != null)
        .noneMatch(uid -> uid.startsWith("model-"))
        .contains("selected-samples");
  }

  @Test
  void readsWithNoMoreSubtasksThanPartitions() {
    RunConfig config = CONFIG.with(Map.of("partitions", "2", "parallelism", "4"), "test");
    assertThat(nodes(config))
        .filteredOn(
            node ->
                "loss-events".equals(node.getTransformationUID())
                    || "model-updates".equals(node.getTransformationUID()))
        .extracting(StreamNode::getParallelism)
        .containsExactly(2, 2);
    assertThat(node("ingest", config).getParallelism())
        .as("keeps a partition's order")
        .isEqualTo(2);
    assertThat(node("epoch-watermarks", config).getParallelism()).isEqualTo(2);
    assertThat(node("difficulty-tracker", config).getParallelism()).isEqualTo(4);
    assertThat(node("model-ingest", config).getParallelism()).isEqualTo(2);
    assertThat(node("model-averager", config).getParallelism()).isEqualTo(4);
    assertThat(node("recluster", config).getParallelism()).isEqualTo(1);
  }

  @Test
  void refusesMoreSubtasksThanShards() {
    RunConfig config = CONFIG.with(Map.of("shards", "8", "parallelism", "9"), "test");
    assertThatThrownBy(() -> nodes(config))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("parallelism is 9; allowed: at most the number of shards (8)");
  }

  @Test
  void tellsWhoeverPassesAWrongFlagWhatIsAllowed() {
    assertThatThrownBy(() -> JobCommand.parse(new String[] {"--clusters", "0"}))
        .isInstanceOf(UsageError.class)
        .hasMessage("clusters is '0' (flag); allowed: an integer from 1 to 256");
    assertThatThrownBy(() -> JobCommand.parse(new String[] {"--cluster", "5"}))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("--cluster");
  }

  private static StreamNode node(String uid, RunConfig config) {
    return nodes(config).stream()
        .filter(node -> uid.equals(node.getTransformationUID()))
        .findFirst()
        .orElseThrow();
  }

  private static Collection<StreamNode> nodes(RunConfig config) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Environments.configure(env, config);
    SelectionJob.wire(env, KafkaEnds.of(config), JobSettings.from(config, env.getConfiguration()));
    StreamGraph graph = env.getStreamGraph();
    return graph.getStreamNodes();
  }
}
