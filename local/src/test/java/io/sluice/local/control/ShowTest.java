package io.sluice.local.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShowTest {

  private final Announcements since = new Announcements(1_200, 0);

  @Test
  void alignsAnEpochPerLine() {
    SelectionPlan first =
        SelectionPlan.newBuilder()
            .setKnown(1_000)
            .setUnseen(1_000)
            .setDatasetSize(1_000)
            .setWorldSize(2)
            .build();
    SelectionPlan second =
        SelectionPlan.newBuilder()
            .setEpoch(1)
            .setKnown(1_150)
            .setUnseen(200)
            .setRetired(50)
            .setDatasetSize(1_200)
            .setWorldSize(3)
            .build();

    assertThat(DatasetShow.table(List.of(first, second)).lines())
        .containsExactly(
            "epoch  known  unseen  retired  dataset size  world size",
            "    0  1,000   1,000        0         1,000           2",
            "    1  1,150     200       50         1,200           3");
  }

  @Test
  void saysWhatIsAnnouncedOfTheDataset() {
    assertThat(DatasetShow.announced(since, 1)).isEmpty();

    read(
        LossEvent.newBuilder()
            .setSamplesAdded(SamplesAdded.newBuilder().setDatasetSize(1_300).setFromEpoch(5)));
    read(
        LossEvent.newBuilder()
            .setSamplesAdded(SamplesAdded.newBuilder().setDatasetSize(1_500).setFromEpoch(0)));

    assertThat(DatasetShow.announced(since, 1))
        .containsExactly(
            "Announced and in no plan yet: dataset size 1,200 to 1,300, from epoch 5 on.",
            "Announced and in no plan yet: dataset size 1,300 to 1,500, from epoch 2 on.");
  }

  @Test
  void saysWhoTheRanksAreAndWillBe() {
    read(
        LossEvent.newBuilder()
            .setMembership(Membership.newBuilder().setWorldSize(2).setFromEpoch(1)));
    read(
        LossEvent.newBuilder()
            .setMembership(Membership.newBuilder().setWorldSize(4).setFromEpoch(8)));

    assertThat(
            MembershipShow.describe(
                SelectionPlan.newBuilder().setEpoch(1).setWorldSize(3).setGeneration(17).build()))
        .isEqualTo("Selection 1 is shared by 3 ranks, of generation 17.");
    assertThat(MembershipShow.announced(since, 1))
        .containsExactly(
            "Announced since: world size 2 from the epoch on that was open then, generation 50.",
            "Announced since: world size 4 from epoch 8 on, generation 51.");
  }

  private long offset = 50;

  private void read(LossEvent.Builder event) {
    since.read(offset++, event.setVersion(1).build().toByteArray());
  }
}
