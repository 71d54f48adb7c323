package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.protocol.wire.DeadLetter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DifficultyTrackerTest {

  private static final int SHARD = 2;

  private final TestingEvents agents = new TestingEvents(SHARD, 2);
  private TestingTracker tracker;

  @BeforeEach
  void open() throws Exception {
    tracker = TestingTracker.open(4);
  }

  @AfterEach
  void close() throws Exception {
    tracker.close();
  }

  @Test
  void reportsAnEmptyShardWhenTheAgentsHaveJoined() throws Exception {
    tracker.process(agents.join(0, 0), agents.join(1, 0), agents.end(0, -1));
    assertThat(tracker.reports()).isEmpty();

    tracker.process(agents.end(1, -1));

    assertThat(tracker.reports())
        .containsExactly(
            new ShardReport(
                0,
                SHARD,
                1003,
                3,
                new World(0, 2),
                new ShardReport.Samples(0, 0, 0),
                SparseHistogram.empty(),
                Map.of(),
                List.of()));
    assertThat(tracker.codes()).containsExactly(new CodesPart(0, SHARD, 0, 1, List.of()));
    assertThat(tracker.deadLetters()).isEmpty();
    assertThat(tracker.stateEntries())
        .as("ledger, watched epoch, size of the backlog")
        .isEqualTo(3);
  }

  @Test
  void reportsDeclaredSamplesAsUnseen() throws Exception {
    startEpochZero(3);

    assertThat(tracker.reports()).last().extracting(TestingTracker::unseen).isEqualTo(3L);
    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(0)).isEqualTo(DifficultyCode.UNSEEN);
    assertThat(page.code(2)).isEqualTo(DifficultyCode.UNSEEN);
    assertThat(page.code(3)).isEqualTo(DifficultyCode.ABSENT);
  }

  @Test
  void foldsTheEpochsLossesAndTellsFreshFromStale() throws Exception {
    startEpochZero(4);
    tracker.process(
        agents.losses(0, 0, 0, 0.5f, 2f), agents.losses(1, 0, 2, 0.5f), agents.end(0, 0));
    clear();
    tracker.process(agents.end(1, 0));

    ShardReport report = tracker.reports().get(0);
    assertThat(report.epoch()).isEqualTo(1);
    assertThat(report.samples().unseen()).isEqualTo(1);
    assertThat(report.measured())
        .isEqualTo(
            new SparseHistogram(
                new char[] {DifficultyCode.encode(0.5f), DifficultyCode.encode(2f)},
                new long[] {2, 1}));
    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(1)).isEqualTo(DifficultyCode.encode(2f));
    assertThat(page.isFresh(1)).isTrue();
    assertThat(page.isFresh(3)).isFalse();

    tracker.process(agents.losses(0, 1, 1, 1f), agents.end(0, 1), agents.end(1, 1));
    PageCodes next = tracker.codes().get(0).pages().get(0);
    assertThat(next.code(0)).isEqualTo(DifficultyCode.encode(0.5f));
    assertThat(next.isFresh(0)).isFalse();
    assertThat(next.code(1)).isEqualTo(DifficultyCode.encode(1f));
    assertThat(next.isFresh(1)).isTrue();
  }

  @Test
  void givesTheSameWhicheverRankIsFirst() throws Exception {
    TestingEvents others = new TestingEvents(SHARD, 2);
    try (TestingTracker other = TestingTracker.open(4)) {
      startEpochZero(4);
      other.process(
          others.join(1, 0),
          others.join(0, 0),
          others.samples(0, 0, 4),
          others.end(1, -1),
          others.end(0, -1));
      clear();
      other.reports();
      other.codes();

      tracker.process(
          agents.losses(0, 0, 0, 1f, 2f),
          agents.end(0, 0),
          agents.losses(1, 0, 2, 3f, 4f),
          agents.end(1, 0));
      other.process(
          others.losses(1, 0, 2, 3f, 4f),
          others.end(1, 0),
          others.losses(0, 0, 0, 1f, 2f),
          others.end(0, 0));

      assertThat(tracker.codes()).usingRecursiveComparison().isEqualTo(other.codes());
      assertThat(tracker.reports())
          .usingRecursiveComparison()
          .ignoringFields("endedAtMillis", "logOffset")
          .isEqualTo(other.reports());
    }
  }

  @Test
  void holdsLossesOfTheNextEpochBackUntilTheOpenOneCloses() throws Exception {
    startEpochZero(2);
    tracker.process(agents.losses(0, 0, 0, 1f), agents.end(0, 0), agents.losses(0, 1, 0, 9f));
    int waiting = tracker.stateEntries();
    clear();
    tracker.process(agents.losses(1, 0, 1, 2f), agents.end(1, 0));

    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(0)).isEqualTo(DifficultyCode.encode(1f));
    assertThat(tracker.stateEntries()).as("the waiting losses are gone").isEqualTo(waiting - 1);

    tracker.process(agents.end(0, 1), agents.end(1, 1));
    page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(0)).isEqualTo(DifficultyCode.encode(9f));
    assertThat(page.isFresh(0)).isTrue();
  }

  @Test
  void admitsSamplesFromTheirDeclaredEpochOn() throws Exception {
    startEpochZero(1);
    tracker.process(agents.samples(2, 10, 1), agents.samples(0, 20, 1));
    clear();
    tracker.process(agents.end(0, 0), agents.end(1, 0));
    assertThat(tracker.reports()).extracting(TestingTracker::unseen).containsExactly(2L);
    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(10)).as("declared for epoch 2").isEqualTo(DifficultyCode.ABSENT);
    assertThat(page.code(20)).as("declared for the past").isEqualTo(DifficultyCode.UNSEEN);

    tracker.process(agents.end(0, 1), agents.end(1, 1));
    assertThat(tracker.reports()).extracting(TestingTracker::unseen).containsExactly(3L);
  }

  @Test
  void ignoresARepeatedBatchAndCountsOnWithoutADeadLetter() throws Exception {
    startEpochZero(2);
    Losses batch = agents.losses(0, 0, 0, 1f);
    tracker.process(batch, agents.losses(0, 0, 0, 5f), batch, agents.end(0, 0), agents.end(1, 0));

    assertThat(tracker.codes())
        .last()
        .satisfies(
            codes -> assertThat(codes.pages().get(0).code(0)).isEqualTo(DifficultyCode.encode(5f)));
    assertThat(tracker.deadLetters()).isEmpty();
  }

  @Test
  void deadLettersLateLossesAndKeepsTheDifficulty() throws Exception {
    startEpochZero(2);
    tracker.process(agents.losses(0, 0, 0, 1f), agents.end(0, 0), agents.end(1, 0));
    clear();
    Losses late = agents.losses(1, 0, 0, 9f);
    tracker.process(late, agents.end(0, 1), agents.end(1, 1, 0));

    assertThat(tracker.deadLetters())
        .containsExactly(
            DeadLetter.newBuilder()
                .setVersion(1)
                .setReason("late-loss")
                .setDetail("1 losses of epoch 0 from rank 1; epoch 1 is open")
                .setTopic("run.loss-events")
                .setPartition(SHARD)
                .setOffset(late.position().offset())
                .setRank(1)
                .setIncarnation(late.incarnation())
                .build());
    assertThat(tracker.codes().get(0).pages().get(0).code(0)).isEqualTo(DifficultyCode.encode(1f));
  }

  @Test
  void splitsAShardIntoPartsByTheIndicesTheySpan() throws Exception {
    long far = (long) CodesPart.PAGES * PageCodes.SIZE;
    tracker.process(
        agents.join(0, 0),
        agents.join(1, 0),
        agents.samples(0, 3 * far, 1),
        agents.samples(0, far - 1, 2),
        agents.samples(0, 1L << 50, 1),
        agents.end(0, -1),
        agents.end(1, -1));

    List<CodesPart> parts = tracker.codes();
    assertThat(parts).extracting(CodesPart::part).containsExactly(0, 1, 2, 3);
    assertThat(parts).allMatch(part -> part.parts() == 4 && part.pages().size() == 1);
    assertThat(parts)
        .extracting(part -> part.pages().get(0).page())
        .containsExactly(255L, 256L, 768L, (1L << 50) / PageCodes.SIZE);
    assertThat(tracker.reports()).extracting(TestingTracker::unseen).containsExactly(4L);
  }

  @Test
  void appliesABatchThatSpansPages() throws Exception {
    startEpochZero(9001);
    tracker.process(
        agents.losses(0, 0, new long[] {4095, 4096, 9000}, new float[] {1, 2, 3}),
        agents.end(0, 0),
        agents.end(1, 0));

    List<PageCodes> pages = tracker.codes().get(1).pages();
    assertThat(pages).extracting(PageCodes::page).containsExactly(0L, 1L, 2L);
    assertThat(pages.get(1).code(0)).isEqualTo(DifficultyCode.encode(2f));
    assertThat(pages.get(2).code(9000 - 8192)).isEqualTo(DifficultyCode.encode(3f));
  }

  @Test
  void appliesLossesInBulkAndAtTheLatestWhenTheEpochCloses() throws Exception {
    startEpochZero(2000);
    int empty = tracker.stateEntries();
    tracker.process(agents.losses(0, 0, 0, new float[1023]));
    assertThat(tracker.stateEntries()).as("the batch waits").isEqualTo(empty + 1);
    tracker.process(agents.losses(0, 0, 0, 7f));
    assertThat(tracker.stateEntries()).as("1,024 are a bulk").isEqualTo(empty);
    tracker.process(agents.losses(1, 0, 1, 8f));
    clear();
    tracker.process(agents.end(0, 0), agents.end(1, 0));

    assertThat(tracker.reports()).extracting(TestingTracker::unseen).containsExactly(2000L - 1023);
    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(0)).isEqualTo(DifficultyCode.encode(7f));
    assertThat(page.code(1)).isEqualTo(DifficultyCode.encode(8f));
    assertThat(page.code(2)).isEqualTo(DifficultyCode.encode(0f));
    assertThat(tracker.stateEntries()).isEqualTo(empty);
  }

  @Test
  void closesAnEpochWhoseMissingRankIsRemoved() throws Exception {
    startEpochZero(1);
    tracker.process(agents.end(0, 0));
    clear();
    tracker.process(agents.members(100, 0, 1));
    assertThat(tracker.reports()).extracting(ShardReport::epoch).containsExactly(1);
  }

  @Test
  void decidesNothingWhenAnEpochStallsButLooksAgainUntilItCloses() throws Exception {
    startEpochZero(1);
    tracker.process(agents.end(0, 0));
    clear();

    // The rank that has ended starts again before the timer fires, and ends again.
    tracker.process(agents.join(0, 0));
    tracker.setProcessingTime(TestingTracker.STALL_WARNING.toMillis());
    tracker.process(agents.end(0, 0, 0));
    assertThat(tracker.stalledShards()).isZero();
    tracker.setProcessingTime(TestingTracker.STALL_WARNING.toMillis() * 2);

    assertThat(tracker.stalledShards()).isEqualTo(1);
    assertThat(tracker.reports()).isEmpty();
    tracker.process(agents.end(1, 0));
    assertThat(tracker.reports()).extracting(ShardReport::epoch).containsExactly(1);
    assertThat(tracker.stalledShards()).isZero();
    tracker.setProcessingTime(TestingTracker.STALL_WARNING.toMillis() * 3);
    assertThat(tracker.timers()).isZero();
  }

  @Test
  void looksAfterARankWhoseCountDisagrees() throws Exception {
    startEpochZero(1);
    tracker.process(agents.end(0, 0, 3), agents.end(1, 0, 3));
    tracker.setProcessingTime(TestingTracker.STALL_WARNING.toMillis());
    assertThat(tracker.stalledShards()).isEqualTo(1);
    assertThat(tracker.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly("count-mismatch", "count-mismatch");
  }

  @Test
  void rejectsLossesOfSamplesThatNobodyDeclaredAndKeepsNothingOfThem() throws Exception {
    startEpochZero(2);
    int before = tracker.stateEntries();
    Losses batch = agents.losses(0, 0, new long[] {1, 2, 1L << 40}, new float[] {1, 2, 3});
    tracker.process(batch, agents.end(0, 0));
    clear();
    tracker.process(agents.end(1, 0));

    assertThat(tracker.deadLetters())
        .extracting(DeadLetter::getReason, DeadLetter::getDetail, DeadLetter::getOffset)
        .containsExactly(
            tuple(
                "unknown-sample",
                "2 of 3 losses of rank 0 are of samples that nobody has declared",
                batch.position().offset()));
    ShardReport report = tracker.reports().get(0);
    assertThat(report.measured().total()).isEqualTo(1);
    assertThat(report.samples().unseen()).isEqualTo(1);
    assertThat(tracker.stateEntries()).isEqualTo(before);
  }

  @Test
  void aLossFromBeforeItsSampleWasDeclaredIsRejectedWheneverItIsApplied() throws Exception {
    startEpochZero(1);
    clear();
    tracker.process(
        agents.losses(0, 0, 5, 1f),
        agents.samples(0, 5, 1),
        agents.losses(1, 0, 5, 2f),
        agents.end(0, 0),
        agents.end(1, 0));

    assertThat(tracker.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly("unknown-sample");
    assertThat(tracker.codes().get(0).pages().get(0).code(5)).isEqualTo(DifficultyCode.encode(2f));
  }

  @Test
  void retiresSamplesForGood() throws Exception {
    startEpochZero(4);
    tracker.process(agents.losses(0, 0, 0, 1f, 2f), agents.end(0, 0), agents.end(1, 0));
    clear();
    tracker.process(
        agents.losses(0, 1, 0, 3f, 4f, 5f),
        agents.retired(1, 2),
        agents.losses(1, 1, 1, 6f),
        agents.samples(0, 0, 4));
    tracker.process(agents.end(0, 1), agents.end(1, 1));

    assertThat(tracker.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly("retired-sample");
    ShardReport report = tracker.reports().get(0);
    assertThat(report.samples().retired()).isEqualTo(2);
    assertThat(report.samples().unseen()).isEqualTo(1);
    assertThat(report.measured().total()).isEqualTo(1);
    PageCodes page = tracker.codes().get(0).pages().get(0);
    assertThat(page.code(0)).isEqualTo(DifficultyCode.encode(3f));
    assertThat(page.code(1)).isEqualTo(DifficultyCode.ABSENT);
    assertThat(page.code(2)).isEqualTo(DifficultyCode.ABSENT);
    assertThat(page.code(3)).isEqualTo(DifficultyCode.UNSEEN);
  }

  @Test
  void samplesRetiredBeforeTheEpochThatTheyAreDeclaredForNeverCome() throws Exception {
    startEpochZero(1);
    tracker.process(agents.samples(1, 1, 2), agents.samples(2, 3, 1), agents.retired(3, 1));
    tracker.process(agents.end(0, 0), agents.end(1, 0), agents.end(0, 1), agents.end(1, 1));
    assertThat(tracker.reports()).extracting(TestingTracker::unseen).containsExactly(1L, 3L, 3L);
  }

  private void startEpochZero(int samples) throws Exception {
    tracker.process(agents.join(0, 0), agents.join(1, 0));
    if (samples > 0) {
      tracker.process(agents.samples(0, 0, samples));
    }
    tracker.process(agents.end(0, -1), agents.end(1, -1));
  }

  private void clear() {
    tracker.reports();
    tracker.codes();
    tracker.deadLetters();
  }
}
