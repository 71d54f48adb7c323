package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.wire.SelectionPlan;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What all of an operator's commands have in common. */
@Timeout(120)
class ControlCommandsTest extends TestingControl {

  @Test
  void showsPlansAndWhatIsAnnounced() throws Exception {
    assertThat(run("dataset", "show")).as(err.text()).isZero();
    assertThat(run("membership", "show")).isZero();
    assertThat(out.text()).contains("has no plans yet: no selection was made.");

    for (int epoch = 0; epoch < 25; epoch++) {
      plan(
          SelectionPlan.newBuilder()
              .setEpoch(epoch)
              .setKnown(40)
              .setDatasetSize(40)
              .setWorldSize(2)
              .setLogOffset(0));
    }
    run("dataset", "add", "--count", "7");
    TestingTerminal last = show("dataset", "show");
    assertThat(last.lines())
        .hasSize(22)
        .contains(
            "   24     40       0        0            40           2",
            "Announced and in no plan yet: dataset size 40 to 47, from epoch 25 on.");
    assertThat(last.lines().get(1)).startsWith("    5 ");
    assertThat(show("dataset", "show", "--all").lines()).hasSize(27);
    assertThat(show("membership", "show").lines())
        .containsExactly("Selection 24 is shared by 2 ranks, of generation 0.");
  }

  /** Neither as a run nor as topics. */
  @Test
  void aRunThatIsNotThereIsNotMade() throws Exception {
    config = config.with(Map.of("run", "misspelt"), "test");
    for (String[] command :
        List.of(
            new String[] {"dataset", "add", "--count", "1"},
            new String[] {"dataset", "retire", "--ids", "1"},
            new String[] {"dataset", "show"},
            new String[] {"membership", "set", "--world-size", "1"},
            new String[] {"membership", "show"})) {
      assertThat(run(command)).as(String.join(" ", command)).isEqualTo(1);
    }
    assertThat(err.lines())
        .hasSize(5)
        .allMatch(line -> line.startsWith("sluice: there is no run 'misspelt' at 127.0.0.1:"));
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      assertThat(admin.listTopics().names().get()).noneMatch(name -> name.startsWith("misspelt"));
    }
  }

  @Test
  void saysWhatIsNotAllowed() {
    assertThat(run("dataset", "add", "--count", "0")).isEqualTo(2);
    assertThat(run("dataset", "add", "--count", "1", "--from-epoch", "1000001")).isEqualTo(2);
    assertThat(run("dataset", "add", "--count", "1", "--ids", "3")).isEqualTo(2);
    assertThat(run("dataset", "retire", "--ids", "7-5")).isEqualTo(2);
    assertThat(run("membership", "set", "--world-size", "0")).isEqualTo(2);
    assertThat(run("membership", "set", "--world-size", "1", "--from-epoch", "-1")).isEqualTo(2);
    assertThat(run("membership", "set")).isEqualTo(2);
    assertThat(run("dataset")).isEqualTo(2);
    assertThat(err.lines()).hasSize(8);
    assertThat(run("dataset", "add", "--count", "9000000000000000000")).isEqualTo(1);
    assertThat(err.text()).contains("is too large for 8 shards");
  }
}
