package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.sluice.protocol.wire.Band;
import io.sluice.protocol.wire.SelectionPlan;
import io.sluice.protocol.wire.TopUp;
import org.junit.jupiter.api.Test;

class PlanFiguresTest {

  @Test
  void sayWhatThePlanSays() {
    SelectionPlan plan =
        TestingPlans.first()
            .setEpoch(3)
            .setUnseen(2)
            .setSignal("relative")
            .setExpected(41.5)
            .setWindowStart(1)
            .setWindowSize(1)
            .setAnnealing(true)
            .addClusters(TestingPlans.cluster(-0.5, -1, -0.25f, 60))
            .addClusters(TestingPlans.cluster(2, 1, 4, 38))
            .addBands(
                TestingPlans.band(1, 4, 0.5).toBuilder()
                    .setFreshness(Band.Freshness.STALE)
                    .setSplitFrom(0.25)
                    .setSplitTo(0.75)
                    .setWeight(2)
                    .setByInclusion(true))
            .addTopUps(TopUp.newBuilder().setLabel(7).setKeep(0.25))
            .addDistribution(TestingPlans.bin(1, 1.09f, 38))
            .addHardest(io.sluice.protocol.wire.HardSample.newBuilder().setId(9).setDifficulty(4))
            .build();

    // As text: a float and the number that was read from its text are not equal.
    assertThat(JsonParser.parseString(Figures.json(PlanFigures.of(plan)).toString()))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"epoch": 3, "policy": "seta", "signal": "relative", "known": 100, "unseen": 2,
                 "window_start": 1, "window_size": 1, "annealing": true, "expected": 41.5,
                 "centers": [-0.5, 2.0], "sizes": [60, 38], "lowers": [-1.0, 1.0],
                 "uppers": [-0.25, 4.0],
                 "bands": [{"lower": 1.0, "upper": 4.0, "freshness": "stale", "split_from": 0.25,
                   "split_to": 0.75, "keep": 0.5, "weight": 2.0, "by_inclusion": true}],
                 "top_ups": [{"label": 7, "keep": 0.25}],
                 "distribution": [{"lower": 1.0, "upper": 1.09, "count": 38}],
                 "hardest": [{"id": 9, "difficulty": 4.0}]}
                """));
  }

  @Test
  void leaveOutWhatAnOlderJobDoesNotTell() {
    PlanFigures figures = PlanFigures.of(TestingPlans.older(2).build());

    assertThat(Figures.json(figures).keySet()).doesNotContain("signal", "expected");
    assertThat(figures.distribution()).isEmpty();
    assertThat(figures.hardest()).isEmpty();
    assertThat(figures.topUps()).isEmpty();
  }
}
