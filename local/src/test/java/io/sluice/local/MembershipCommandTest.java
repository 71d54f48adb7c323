package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code sluice membership} writes. */
@Timeout(120)
class MembershipCommandTest extends TestingControl {

  @Test
  void setsMembersWithOneGenerationInAllPartitions() throws Exception {
    write(config.topics().lossEvents(), 0, new byte[] {1}); // so that the offsets differ
    plan(SelectionPlan.newBuilder().setEpoch(3).setWorldSize(3));

    assertThat(run("membership", "set", "--world-size", "2")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("The world size is 2 from the open epoch on: ranks 0 to 1.")
        .contains("Removed: rank 2.");
    assertThat(run("membership", "set", "--world-size", "4", "--from-epoch", "4")).isEqualTo(1);
    assertThat(err.text()).contains("the earliest is epoch 5");
    assertThat(run("membership", "set", "--world-size", "4")).isZero();
    assertThat(out.text()).contains("Added: ranks 2 to 3.").contains("epoch 5 waits for them");

    for (int partition = 0; partition < 2; partition++) {
      List<LossEvent> written = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : read(config.topics().lossEvents(), partition)) {
        LossEvent event = parse(record.value());
        if (event.hasMembership()) {
          written.add(event);
          assertThat(event.getVersion()).isEqualTo(1);
        }
      }
      boolean first = partition == 0;
      assertThat(written)
          .extracting(
              event -> event.getMembership().getGeneration(),
              event -> event.getMembership().getFromEpoch(),
              event -> event.getMembership().getWorldSize())
          .as("generation: offset in partition 0, where the field is not used")
          .containsExactly(tuple(first ? 0L : 1L, 3, 2), tuple(first ? 0L : 2L, 5, 4));
      assertThat(toAverager(partition))
          .extracting(Membership::getGeneration, Membership::getFromEpoch, Membership::getWorldSize)
          .as("the averager knows no other generation than this field")
          .containsExactly(tuple(1L, 2, 2), tuple(2L, 5, 4));
    }
    assertThat(show("membership", "show").lines())
        .containsExactly(
            "Selection 3 is shared by 3 ranks, of generation 0.",
            "Announced since: world size 2 from the epoch on that was open then, generation 1.",
            "Announced since: world size 4 from epoch 5 on, generation 2.");
  }

  @Test
  void membersCountFromTheFirstAgentWhileThereIsNoSelection() throws Exception {
    LossEvent join =
        LossEvent.newBuilder()
            .setVersion(1)
            .setJoin(Join.newBuilder().setWorldSize(3).setShards(8))
            .build();
    write(config.topics().lossEvents(), 0, join.toByteArray());

    assertThat(run("membership", "set", "--world-size", "2")).as(err.text()).isZero();
    assertThat(out.text()).contains("from the open epoch on").contains("Removed: rank 2.");
  }

  @Test
  void tellsNobodyOfMembersWhoTrainsNoCommonModel() throws Exception {
    assertThat(run("membership", "set", "--world-size", "2", "--average", "off")).isZero();
    assertThat(events()).hasSize(2);
    assertThat(toAverager(0)).isEmpty();

    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin.deleteTopics(List.of(config.topics().modelUpdates())).all().get();
      await()
          .until(() -> !admin.listTopics().names().get().contains(config.topics().modelUpdates()));
    }
    assertThat(run("membership", "set", "--world-size", "3")).isEqualTo(1);
    assertThat(err.text())
        .contains(config.topics().modelUpdates() + " does not exist")
        .contains("that average is the run's");
    assertThat(events()).as("nothing was written").hasSize(2);
  }

  /** Who the ranks are, as the averager is told. */
  private List<Membership> toAverager(int partition) throws Exception {
    List<Membership> told = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : read(config.topics().modelUpdates(), partition)) {
      ModelEvent event = ModelEvent.parseFrom(record.value());
      assertThat(event.getVersion()).isEqualTo(1);
      told.add(event.getMembership());
    }
    return told;
  }
}
