package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.ShardEvent.SamplesDeclared;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.InclusionWeight;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import io.sluice.job.selection.Traits;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept beside difficulties, where a run's selection asks for it. */
class TrackerDetailTest {

  private static final int SHARDS = 4;
  private static final int SHARD = 3;
  private static final Detail ALL = new Detail(true, true, true, InclusionWeight.atMost(10));

  private final TestingEvents agent = new TestingEvents(SHARD, 1);
  private TestingTracker tracker;

  private void open(Detail detail, OperatorSubtaskState state) throws Exception {
    tracker = TestingTracker.open(SHARDS, 1, detail, 1, 0, state);
  }

  @AfterEach
  void close() throws Exception {
    tracker.close();
  }

  /** Three samples with the classes 7, 7 and 8, and one without. */
  private void start() throws Exception {
    tracker.process(agent.join(0, 0));
    tracker.process(
        new SamplesDeclared(
            SHARD,
            new Position(0, 1, 1),
            0,
            new long[] {0, 2},
            new long[] {2, 1},
            3,
            new char[] {7, 7, 8}));
    tracker.process(agent.samples(0, 3, 1), agent.end(0, -1));
  }

  private ShardReport close(int epoch) throws Exception {
    tracker.reports();
    tracker.codes();
    tracker.process(agent.end(0, epoch));
    return tracker.reports().get(0);
  }

  private static SparseHistogram histogram(double... difficulties) {
    SparseHistogram histogram = SparseHistogram.empty();
    for (double difficulty : difficulties) {
      char code = DifficultyCode.encode((float) difficulty);
      histogram = histogram.plus(new SparseHistogram(new char[] {code}, new long[] {1}));
    }
    return histogram;
  }

  @Test
  void samplesAreCountedByClassAndFreshness() throws Exception {
    open(ALL, null);
    start();
    tracker.process(agent.losses(0, 0, 0, 1f, 2f, 3f, 4f));
    close(0);
    tracker.process(agent.losses(0, 1, 1, 5f, 6f));

    assertThat(close(1).strata())
        .isEqualTo(
            Map.of(
                new Stratum(7, Freshness.FRESH), histogram(5),
                new Stratum(7, Freshness.STALE), histogram(1),
                new Stratum(8, Freshness.FRESH), histogram(6),
                new Stratum(Stratum.ANY_LABEL, Freshness.STALE), histogram(4)));
  }

  @Test
  void theSelectorIsToldClassesAndHowOftenSamplesWereSelected() throws Exception {
    open(ALL, null);
    start();
    tracker.process(agent.losses(0, 0, 0, 1f, 2f, 3f));
    close(0);
    tracker.process(agent.losses(0, 1, 1, 2f));
    close(1);
    tracker.process(agent.losses(0, 2, 1, 2f));
    close(2);
    tracker.codes();
    tracker.process(agent.losses(0, 3, 1, 2f), agent.end(0, 3));

    Traits traits = tracker.codes().get(0).pages().get(0).traits();
    assertThat(IntStream.range(0, 5).map(slot -> traits.labels()[slot]))
        .containsExactly(7, 7, 8, (int) Traits.NO_LABEL, (int) Traits.NO_LABEL);
    // In one of four epochs; the next selection would be the second of five.
    assertThat(traits.inclusion()[0])
        .isEqualTo(InclusionWeight.code(5, 2, InclusionWeight.atMost(10)));
    assertThat(traits.inclusion()[1]).isEqualTo(InclusionWeight.ONE);
    assertThat(traits.inclusion()[3]).as("not measured yet").isEqualTo(InclusionWeight.ONE);
  }

  @Test
  void whatIsKeptComesThroughASnapshot() throws Exception {
    open(ALL, null);
    start();
    tracker.process(agent.losses(0, 0, 0, 1f, 2f, 3f));
    close(0);
    tracker.process(agent.losses(0, 1, 1, 5f));
    OperatorSubtaskState snapshot = tracker.harness().snapshot(1, 1);
    tracker.codes();
    tracker.process(agent.end(0, 1));
    List<CodesPart> codes = tracker.codes();
    List<ShardReport> reports = tracker.reports();
    tracker.close();

    open(ALL, snapshot);
    tracker.process(agent.end(0, 1, 1));

    assertThat(tracker.codes()).usingRecursiveComparison().isEqualTo(codes);
    assertThat(tracker.reports())
        .usingRecursiveComparison()
        .ignoringFields("endedAtMillis", "logOffset")
        .isEqualTo(reports);
  }

  @Test
  void nothingIsKeptOrToldThatNobodyAsksFor() throws Exception {
    open(Detail.NONE, null);
    start();
    tracker.process(agent.losses(0, 0, 0, 1f, 2f, 3f));

    ShardReport report = close(0);

    assertThat(report.strata()).isEmpty();
    Traits traits = tracker.codes().get(0).pages().get(0).traits();
    assertThat(traits.labels()).isNull();
    assertThat(traits.inclusion()).isNull();
  }

  @Test
  void aPartIsSmallerWhereEachSampleMayHaveAWeightOfItsOwn() throws Exception {
    open(ALL, null);
    start();
    tracker.process(agent.samples(0, 64 * 4096, 1));
    close(0);

    assertThat(tracker.codes()).extracting(CodesPart::part).containsExactly(0, 1);
  }

  @Test
  void theHardestAreToldWithTheirIds() throws Exception {
    open(Detail.NONE, null);
    tracker.process(agent.join(0, 0), agent.samples(0, 0, 100), agent.end(0, -1));
    float[] losses = new float[100];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = i % 50;
    }
    tracker.process(agent.losses(0, 0, 0, losses));

    List<HardSample> hardest = close(0).hardest();

    assertThat(hardest).hasSize(Hardest.SIZE);
    assertThat(hardest)
        .startsWith(
            new HardSample(49 * SHARDS + SHARD, DifficultyCode.encode(49)),
            new HardSample(99 * SHARDS + SHARD, DifficultyCode.encode(49)),
            new HardSample(48 * SHARDS + SHARD, DifficultyCode.encode(48)));
  }
}
