package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.sluice.local.report.SelectionCounts.Tally;
import io.sluice.local.report.SelectionCounts.Times;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.WeightedSamples;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SelectionTallyTest {

  private final SelectionTally tally = new SelectionTally(new Sharding(2, 1));

  @Test
  void countsByIdOverShardsPartsAndPages() {
    tally.add(TestingPlans.chunk(0, 0, 2, 0, 1, 5_000));
    tally.add(TestingPlans.chunk(0, 1, 2, 1));
    tally.add(TestingPlans.chunk(1, 0, 2, 5_000));
    tally.add(TestingPlans.part(1, 1, 2, 0, 2, 0, 1));
    tally.add(TestingPlans.part(1, 1, 2, 1, 2, 1_048_576, 3));

    assertThat(tally.counts(List.of(10_000L, 4L, 2L)))
        .isEqualTo(
            new SelectionCounts(
                2,
                List.of(
                    new Times(3, 2),
                    new Times(10_000, 2),
                    new Times(0, 1),
                    new Times(2, 1),
                    new Times(2_097_159, 1)),
                List.of(new Times(10_000, 2), new Times(4, 0), new Times(2, 1)),
                List.of(new Tally(1, 3), new Tally(2, 2))));
    assertThat(tally.selected(0)).hasValue(4);
    assertThat(tally.selected(1)).hasValue(3);
  }

  /** After a failure the job publishes chunks again. */
  @Test
  void countsAChunkOnce() {
    tally.add(TestingPlans.chunk(0, 0, 2, 4));
    tally.add(TestingPlans.chunk(0, 1, 2));
    tally.add(TestingPlans.chunk(0, 0, 2, 4));

    assertThat(tally.selected(0)).hasValue(1);
    assertThat(tally.counts(List.of()).mostSelected()).containsExactly(new Times(8, 1));
  }

  @Test
  void readsPlainBitsAndSeveralWeights() {
    SelectionChunk chunk =
        TestingPlans.chunk(0, 1, 2, 2).toBuilder()
            .addSamples(
                WeightedSamples.newBuilder()
                    .setWeight(2)
                    .setCount(2)
                    .setBits(ByteString.copyFrom(new byte[] {0b1000, 1})))
            .build();
    tally.add(chunk);

    assertThat(tally.counts(List.of()).mostSelected())
        .extracting(Times::id)
        .containsExactly(5L, 7L, 17L);
  }

  @Test
  void aSelectionIsKnownOnlyWhenAllOfItHasCome() {
    tally.add(TestingPlans.part(0, 0, 2, 0, 2, 0, 1));
    tally.add(TestingPlans.chunk(0, 1, 2, 1));
    assertThat(tally.selected(0)).isEmpty();
    assertThat(tally.counts(List.of()).selections()).isZero();

    tally.add(TestingPlans.part(0, 0, 2, 1, 2, 4_096));

    assertThat(tally.selected(0)).hasValue(2);
    assertThat(tally.selected(1)).isEmpty();
    assertThat(tally.counts(List.of()).selections()).isEqualTo(1);
  }

  @Test
  void ofManyThatAreAsOftenItNamesTheFirst() {
    tally.add(TestingPlans.chunk(0, 1, 2, IntStream.range(0, 100).toArray()));
    tally.add(TestingPlans.chunk(0, 0, 2, IntStream.range(0, 100).toArray()));
    tally.add(TestingPlans.chunk(1, 0, 2, 99));

    assertThat(tally.counts(List.of()).mostSelected())
        .hasSize(24)
        .startsWith(new Times(198, 2), new Times(0, 1), new Times(1, 1))
        .endsWith(new Times(22, 1));
  }

  @Test
  void refusesAChunkThatContradictsItself() {
    SelectionChunk chunk = TestingPlans.chunk(0, 0, 2, 4);
    SelectionChunk wrong =
        chunk.toBuilder().setSamples(0, chunk.getSamples(0).toBuilder().setCount(2)).build();

    assertThatThrownBy(() -> tally.add(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds 1 samples, its count says 2");
  }
}
