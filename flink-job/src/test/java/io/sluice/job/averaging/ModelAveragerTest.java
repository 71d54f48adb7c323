package io.sluice.job.averaging;

import static io.sluice.job.averaging.TestingUpdates.amid;
import static io.sluice.job.averaging.TestingUpdates.end;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.ModelAverage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelAveragerTest {

  private static final int LANE = 2;

  private final TestingUpdates agents = new TestingUpdates(LANE, 3);
  private TestingAverager averager;

  @BeforeEach
  void open() throws Exception {
    averager = TestingAverager.open();
  }

  @AfterEach
  void close() throws Exception {
    averager.close();
  }

  @Test
  void publishesTheMeanWhenTheLastRankHasSent() throws Exception {
    averager.process(
        agents.update(2, amid(4, 3), 30, 5, 10), agents.update(0, amid(4, 3), 10, 1, -10));
    assertThat(averager.records()).isEmpty();
    assertThat(averager.heldValues(LANE)).isEqualTo(2);
    assertThat(averager.stateEntries()).as("ledger, watched sync, values").isEqualTo(3);

    averager.process(agents.update(1, amid(4, 3), 60, 0, 0));

    assertThat(averager.averages())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(
            ModelAverage.newBuilder()
                .setVersion(1)
                .setEpoch(4)
                .setStep(3)
                .setChunk(LANE)
                .setChunks(4)
                .setModel(77)
                .setRanks(3)
                .setSamples(100)
                .setValues(ByteString.copyFrom(TestingUpdates.bytes(1.6f, 2)))
                .build());
    assertThat(averager.stateEntries()).as("ledger, watched sync").isEqualTo(2);
    assertThat(averager.deadLetters()).isEmpty();
  }

  @Test
  void givesTheSameBytesInWhicheverOrderTheRanksSend() throws Exception {
    List<Update> updates =
        List.of(
            agents.update(0, end(0), 3, 0.1f, 1e8f),
            agents.update(1, end(0), 5, 0.7f, -1e8f),
            agents.update(2, end(0), 11, -0.3f, 1));
    averager.process(updates.get(0), updates.get(1), updates.get(2));
    byte[] expected = averager.records().get(0).value();
    for (int[] order : new int[][] {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
      try (TestingAverager other = TestingAverager.open()) {
        for (int rank : order) {
          other.process(updates.get(rank));
        }
        assertThat(other.records().get(0).value()).isEqualTo(expected);
      }
    }
  }

  @Test
  void leavesOutRanksWhoseParametersAreNotFinite() throws Exception {
    averager.process(
        agents.unusable(0, end(0)), agents.update(1, end(0), 4, 6), agents.unusable(2, end(0)));

    ModelAverage average = averager.averages().get(0);
    assertThat(average.getRanks()).isEqualTo(1);
    assertThat(average.getSamples()).isEqualTo(4);
    assertThat(average.getLeftOutList()).containsExactly(0, 2);
    assertThat(TestingUpdates.values(average)).containsExactly(6);
    assertThat(average.getEndsEpoch()).isTrue();
  }

  @Test
  void saysSoWhereNobodysParametersAreFinite() throws Exception {
    averager.process(
        agents.unusable(0, end(0)), agents.unusable(1, end(0)), agents.unusable(2, end(0)));

    ModelAverage average = averager.averages().get(0);
    assertThat(average.getRanks()).isZero();
    assertThat(average.getSamples()).isZero();
    assertThat(average.getLeftOutList()).containsExactly(0, 1, 2);
    assertThat(average.getValues().isEmpty()).isTrue();
  }

  @Test
  void countsEachRankAsOneWhereNobodyHasTrained() throws Exception {
    averager.process(
        agents.update(0, end(0), 0, 1),
        agents.update(1, end(0), 0, 2),
        agents.update(2, end(0), 0, 6));

    ModelAverage average = averager.averages().get(0);
    assertThat(average.getSamples()).isZero();
    assertThat(TestingUpdates.values(average)).containsExactly(3);
  }

  @Test
  void alternatesTheKey() throws Exception {
    for (int epoch = 0; epoch < 3; epoch++) {
      all(end(epoch));
    }
    assertThat(averager.records())
        .extracting(record -> new String(record.key(), StandardCharsets.US_ASCII))
        .containsExactly("2-0", "2-1", "2-0");
    assertThat(averager.stateEntries()).isEqualTo(2);
  }

  @Test
  void keepsChunksApart() throws Exception {
    averager.process(
        agents.update(0, 10, end(0), LANE, 1, 1),
        agents.update(1, 10, end(0), LANE, 1, 1),
        agents.update(0, 10, end(0), LANE + 8, 1, 2),
        agents.update(2, 10, end(0), LANE + 8, 1, 2));
    assertThat(averager.records()).isEmpty();
    averager.process(agents.update(1, 10, end(0), LANE + 8, 1, 2));
    assertThat(averager.records()).extracting(AverageRecord::chunk).containsExactly(LANE + 8);
    averager.process(agents.update(2, 10, end(0), LANE, 1, 1));
    assertThat(averager.records()).extracting(AverageRecord::chunk).containsExactly(LANE);
  }

  @Test
  void ignoresRepeatsWithoutADeadLetter() throws Exception {
    Update first = agents.update(0, end(0), 1, 1);
    averager.process(
        first, first, agents.update(1, end(0), 1, 1), agents.update(2, end(0), 1, 1), first);
    assertThat(averager.records()).hasSize(1);
    assertThat(averager.deadLetters()).isEmpty();
    assertThat(averager.stateEntries()).isEqualTo(2);
  }

  @Test
  void deadLettersWhatItRefusesAndKeepsNothingOfIt() throws Exception {
    all(end(3));
    averager.records();
    int before = averager.stateEntries();
    averager.process(agents.update(1, end(2), 1, 1));
    Update fenced = agents.update(1, 9, end(4), LANE, 1, 1);
    averager.process(fenced);

    assertThat(averager.deadLetters())
        .containsExactly(
            DeadLetter.newBuilder()
                .setVersion(1)
                .setReason("late-update")
                .setDetail(
                    "sync 1 of epoch 2 from rank 1; sync 1 of epoch 3 has been averaged already")
                .setTopic("run.model-updates")
                .setPartition(LANE)
                .setOffset(fenced.position().offset() - 1)
                .setRank(1)
                .setIncarnation(10)
                .build(),
            DeadLetter.newBuilder()
                .setVersion(1)
                .setReason("fenced")
                .setDetail(
                    "another agent of rank 1 has sent parameters since: it is incarnation 10, this"
                        + " comes from incarnation 9")
                .setTopic("run.model-updates")
                .setPartition(LANE)
                .setOffset(fenced.position().offset())
                .setRank(1)
                .setIncarnation(9)
                .build());
    assertThat(averager.stateEntries()).isEqualTo(before);
  }

  @Test
  void aNewIncarnationsValuesReplaceThoseOfTheOlder() throws Exception {
    averager.process(
        agents.update(0, 10, end(0), LANE, 1, 100),
        agents.update(1, end(0), 1, 0),
        agents.update(0, 11, end(0), LANE, 1, 3),
        agents.update(2, end(0), 1, 0));
    assertThat(TestingUpdates.values(averager.averages().get(0))).containsExactly(1);
  }

  @Test
  void aRankThatBecomesUnusableLeavesNoValuesBehind() throws Exception {
    averager.process(agents.update(0, amid(0, 1), 1, 100));
    averager.process(agents.unusable(0, end(1)));
    assertThat(averager.heldValues(LANE)).isZero();
    averager.process(agents.update(1, end(1), 1, 2), agents.update(2, end(1), 1, 4));
    assertThat(TestingUpdates.values(averager.averages().get(0))).containsExactly(3);
    assertThat(averager.heldValues(LANE)).isZero();
  }

  @Test
  void publishesWhatWaitsForRanksThatAreRemovedAndDropsTheirs() throws Exception {
    for (int chunk : new int[] {LANE + 8, LANE}) {
      averager.process(
          agents.update(0, 10, end(5), chunk, 1, 2), agents.update(1, 10, end(5), chunk, 1, 4));
    }
    Update removed = agents.update(2, 10, end(5), LANE + 16, 1, 9);
    averager.process(removed, agents.update(0, 10, end(5), LANE + 16, 1, 2));
    averager.process(agents.members(100, 5, 2));

    List<AverageRecord> published = averager.records();
    assertThat(published).extracting(AverageRecord::chunk).containsExactly(LANE, LANE + 8);
    ModelAverage average = ModelAverage.parseFrom(published.get(0).value());
    assertThat(average.getRanks()).isEqualTo(2);
    assertThat(TestingUpdates.values(average)).containsExactly(3);
    assertThat(averager.deadLetters())
        .extracting(DeadLetter::getReason, DeadLetter::getOffset, DeadLetter::getRank)
        .containsExactly(tuple("not-a-member", removed.position().offset(), 2));
    assertThat(averager.heldValues(LANE)).as("of rank 0 in the third chunk").isEqualTo(1);
  }

  @Test
  void tellsOfMembershipsThatHoldNoMore() throws Exception {
    averager.process(
        agents.members(100, 5, 2), agents.members(100, 5, 2), agents.members(99, 6, 3));
    assertThat(averager.deadLetters())
        .extracting(DeadLetter::getReason, DeadLetter::hasRank)
        .containsExactly(tuple("old-generation", false));
  }

  @Test
  void publishesForASingleRankAtOnce() throws Exception {
    averager.process(new TestingUpdates(LANE, 1).update(0, end(4), 7, 2, 3));
    ModelAverage average = averager.averages().get(0);
    assertThat(average.getSamples()).isEqualTo(7);
    assertThat(TestingUpdates.values(average)).containsExactly(2, 3);
    assertThat(averager.stateEntries()).isEqualTo(1);
    assertThat(averager.timers()).isZero();
  }

  @Test
  void dropsWhatASingleRanksMeanOvertakes() throws Exception {
    Update overtaken = agents.update(1, end(3), 1, 1);
    averager.process(overtaken, new TestingUpdates(LANE, 1).update(0, end(4), 7, 2));
    assertThat(averager.records()).hasSize(1);
    assertThat(averager.heldValues(LANE)).isZero();
    assertThat(averager.deadLetters())
        .extracting(DeadLetter::getReason, DeadLetter::getOffset, DeadLetter::getRank)
        .containsExactly(tuple("late-update", overtaken.position().offset(), 1));
  }

  @Test
  void decidesNothingWhenASyncStallsButLooksAgainUntilItIsComplete() throws Exception {
    long patience = TestingAverager.STALL_WARNING.toMillis();
    averager.process(agents.update(0, end(0), 1, 1));
    averager.setProcessingTime(patience);
    assertThat(averager.stalledLanes()).isEqualTo(1);
    averager.process(agents.update(1, end(0), 1, 1));
    averager.setProcessingTime(2 * patience);
    assertThat(averager.stalledLanes()).isEqualTo(1);
    assertThat(averager.records()).isEmpty();

    averager.process(agents.update(2, end(0), 1, 1));
    assertThat(averager.records()).hasSize(1);
    assertThat(averager.stalledLanes()).isZero();
    averager.setProcessingTime(3 * patience);
    assertThat(averager.timers()).isZero();
    assertThat(averager.stateEntries()).as("the ledger").isEqualTo(1);
  }

  @Test
  void doesNotCallASyncStalledThatHasJustBegun() throws Exception {
    long patience = TestingAverager.STALL_WARNING.toMillis();
    averager.process(agents.update(0, end(0), 1, 1));
    averager.setProcessingTime(patience - 1);
    averager.process(
        agents.update(1, end(0), 1, 1),
        agents.update(2, end(0), 1, 1),
        agents.update(1, end(1), 1, 1));
    averager.setProcessingTime(patience);
    assertThat(averager.stalledLanes()).isZero();
    averager.setProcessingTime(2 * patience);
    assertThat(averager.stalledLanes()).isEqualTo(1);
  }

  /** A snapshot between two ranks' chunks goes on to the same output at any parallelism. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void goesOnFromASnapshot(int parallelism) throws Exception {
    List<LaneEvent> head = new ArrayList<>();
    List<LaneEvent> tail = new ArrayList<>();
    for (int lane = 0; lane < TestingAverager.LANES; lane++) {
      TestingUpdates at = new TestingUpdates(lane, 3);
      for (int rank = 0; rank < 3; rank++) {
        head.add(at.update(rank, end(0), 1, rank));
      }
      head.add(at.update(0, end(1), 1, lane));
      head.add(at.unusable(1, end(1)));
      head.add(at.members(lane, 2, 2));
      tail.add(at.update(0, end(1), 1, lane)); // again
      tail.add(at.update(2, end(1), 4, 0.3f));
      tail.add(at.update(1, end(2), 4, 1));
      tail.add(at.update(2, end(2), 4, 9));
      tail.add(at.update(0, end(2), 4, 2));
    }
    averager.process(head.toArray(LaneEvent[]::new));
    averager.records();
    OperatorSubtaskState snapshot =
        AbstractStreamOperatorTestHarness.repackageState(averager.snapshot());
    averager.process(tail.toArray(LaneEvent[]::new));
    List<AverageRecord> expected = new ArrayList<>(averager.records());
    assertThat(expected).hasSize(2 * TestingAverager.LANES);
    assertThat(averager.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsOnly("not-a-member");

    List<AverageRecord> records = new ArrayList<>();
    for (int subtask = 0; subtask < parallelism; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              snapshot, TestingAverager.LANES, 1, parallelism, subtask);
      try (TestingAverager restored = TestingAverager.open(parallelism, subtask, part)) {
        for (LaneEvent event : tail) {
          if (owner(event.lane(), parallelism) == subtask) {
            restored.process(event);
          }
        }
        records.addAll(restored.records());
      }
    }
    records.sort(Comparator.comparingInt(AverageRecord::lane));
    assertThat(records)
        .usingRecursiveComparison()
        .isEqualTo(expected.stream().sorted(Comparator.comparingInt(AverageRecord::lane)).toList());
  }

  private static int owner(int lane, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        TestingAverager.keyOf(lane), TestingAverager.LANES, parallelism);
  }

  private void all(Sync sync) throws Exception {
    for (int rank = 0; rank < 3; rank++) {
      averager.process(agents.update(rank, sync, 1, 1));
    }
  }
}
